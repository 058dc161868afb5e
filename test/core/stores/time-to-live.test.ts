import { describe, expect, it, vi } from 'vitest'
import { MountDatastore } from '../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import { Key } from '../../../src/core/key.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { MemoryDatastore, MemoryStore } from '../../../src/core/stores/memory.ts'
import { NullDatastore } from '../../../src/core/stores/null.ts'
import { Deadlines } from '../../../src/core/stores/retention/deadlines.ts'

import { MapStore } from '../open/map-store.ts'

const a = Key.parse('/a')
const b = Key.parse('/b')
const value = new Uint8Array(3)

function memory(options: { ttl?: number } = {}) {
  const clock = { now: 0 }
  return { clock, store: new MemoryDatastore({ ...options, now: () => clock.now }) }
}

describe('the time to live of one value', () => {
  it('D21 an expired key is absent everywhere', async () => {
    const { clock, store } = memory()
    await store.put(a, value, { ttl: 50 })
    await store.put(b, value)
    clock.now = 49
    expect(await store.has(a)).toBe(true)
    clock.now = 50
    expect(await store.has(a)).toBe(false)
    await expect(store.get(a)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await store.list(Key.root)).children.map(child => child.name)).toEqual(['b'])
    expect(await store.stats()).toMatchObject({ entries: 1 })
    const found = []
    for await (const entry of store.query({ keysOnly: true })) found.push(entry.key.toString())
    expect(found).toEqual(['/b'])
    await store.put(a, value, { replace: false })
  })

  it('D21 a put without one removes it, a rename keeps it, and the shorter of two applies', async () => {
    const { clock, store } = memory({ ttl: 100 })
    await store.put(a, value, { ttl: 50 })
    await store.put(a, value)
    await store.put(b, value, { ttl: 1000 })
    clock.now = 60
    expect(await store.has(a)).toBe(true)
    await store.rename(a, Key.parse('/c'))
    clock.now = 100
    expect(await store.has(Key.parse('/c'))).toBe(false)
    expect(await store.has(b)).toBe(false)
  })

  it('D21 stat reports its end by the wall clock, whose changes do not affect the age', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
    try {
      const { clock, store } = memory()
      await store.put(a, value, { ttl: 50 })
      expect((await store.stat(a)).expires).toBe(1_000_050)
      vi.setSystemTime(2_000_000)
      expect(await store.has(a)).toBe(true)
      clock.now = 20
      expect((await store.stat(a)).expires).toBe(2_000_030)
    } finally {
      vi.useRealTimers()
    }
  })

  it('D21 passes through adapters, and is UNSUPPORTED in a store without times to live', async () => {
    const { clock, store } = memory()
    const space = new NamespaceDatastore(store, Key.parse('/films'))
    expect(space.capabilities.write.ttl).toBe(true)
    await space.put(a, value, { ttl: 10 })
    clock.now = 10
    expect(await space.has(a)).toBe(false)
    const nothing = new NullDatastore()
    expect(nothing.capabilities.write.ttl).toBe(false)
  })
})

describe('a rename by copy', () => {
  const c = Key.parse('/c')
  /** Supports times to live, but not renames. */
  class StoreWithoutMove extends MemoryStore {
    override readonly move = undefined as never
  }

  it.each<[string, (now: () => number) => [Datastore, from: Key, to: Key]]>([
    ['in one store', now => [new Datastore(new StoreWithoutMove({ now })), a, b]],
    [
      'between two mounts',
      now => {
        const mounts = { '/a': new MemoryDatastore({ now }), '/b': new MemoryDatastore({ now }) }
        return [new MountDatastore(mounts), a.child('x'), b.child('x')]
      },
    ],
    [
      'between two shards',
      now => {
        const shards = [new MemoryDatastore({ now }), new MemoryDatastore({ now })]
        const by = (key: Key) => (key.equals(a) ? 0 : 1)
        return [new ShardedDatastore(shards, { by }), a, b]
      },
    ],
  ])('D51 %s keeps the remaining time to live', async (_, open) => {
    let time = 0
    const [store, from, to] = open(() => time)
    await store.put(from, value, { ttl: 50_000 })
    await store.put(to, value)
    time = 30_000
    await store.rename(from, to)
    time = 48_000
    expect(await store.has(to)).toBe(true)
    time = 51_000
    expect(await store.has(to)).toBe(false)
  })

  it('D51 in a transaction keeps the remaining time to live, also of a value put in it', async () => {
    const { clock, store } = memory()
    await store.put(a, value, { ttl: 50_000 })
    clock.now = 20_000
    await store.transaction(async tx => {
      await tx.put(b, value, { ttl: 20_000 })
      clock.now = 30_000
      expect((await tx.stat(b)).expires).toBeGreaterThan(0)
      await tx.rename(a, c)
      await tx.rename(b, a)
    })
    clock.now = 39_000
    expect([await store.has(a), await store.has(c)]).toEqual([true, true])
    clock.now = 41_000
    expect([await store.has(a), await store.has(c)]).toEqual([false, true])
    clock.now = 51_000
    expect(await store.has(c)).toBe(false)
  })

  it('D21 a value put in a transaction expires in it, and is not committed', async () => {
    const { clock, store } = memory()
    await store.put(a, value)
    await store.transaction(async tx => {
      await tx.put(a, value, { ttl: 20_000 })
      clock.now = 20_000
      expect(await tx.has(a)).toBe(false)
      expect((await tx.list(Key.root)).children).toEqual([])
    })
    expect(await store.has(a)).toBe(false)
  })

  it.each<[string, () => Datastore]>([
    ['a store without times to live', () => new Datastore(new MapStore())],
    ['a store with times to live', () => new MemoryDatastore()],
  ])(
    'D54 from a store that limits the age of its values to %s does not transfer the limit',
    async (_, other) => {
      const { clock, store } = memory({ ttl: 50 })
      const mounts = new MountDatastore({ '/a': store, '/b': other() })
      const [from, to] = [a.child('x'), b.child('x')]
      await mounts.put(from, value)
      expect(await mounts.stat(from)).toMatchObject({ expiresHere: true })
      await mounts.rename(from, to)
      expect((await mounts.stat(to)).expires).toBeUndefined()
      clock.now = 50
      expect([await mounts.has(from), await mounts.has(to)]).toEqual([false, true])
    },
  )

  it('D54 transfers a time to live that is longer than the limit of the store', async () => {
    const { store } = memory({ ttl: 50_000 })
    const mounts = new MountDatastore({ '/a': store, '/b': new Datastore(new MapStore()) })
    await store.put(Key.parse('/x'), value, { ttl: 90_000 })
    const renamed = mounts.rename(a.child('x'), b.child('x'))
    await expect(renamed).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })

  it.each<[string, (store: MemoryDatastore) => Promise<void>]>([
    ['by itself', store => store.rename(a, b)],
    ['in a transaction', store => store.transaction(inside => inside.rename(a, b))],
  ])('D54 within one store, %s, does not renew the limit of the store', async (_, rename) => {
    const { clock, store } = memory({ ttl: 50 })
    await store.put(a, value)
    clock.now = 40
    await rename(store)
    expect(await store.stat(b)).toMatchObject({ expiresHere: true })
    clock.now = 50
    expect(await store.has(b)).toBe(false)
  })

  it('D54 of a value that only the cache of a store has puts it into the store without a time to live', async () => {
    const { store } = memory({ ttl: 50 })
    const last = new Datastore(new MapStore())
    const tiered = new TieredDatastore([store, last])
    await store.put(a, value)
    await tiered.rename(a, b)
    expect((await last.stat(b)).expires).toBeUndefined()
  })

  it('D51 to a store without times to live is UNSUPPORTED, and changes nothing', async () => {
    const { clock, store } = memory()
    const mounts = new MountDatastore({ '/a': store, '/b': new Datastore(new MapStore()) })
    const [from, to] = [a.child('x'), b.child('x')]
    await store.put(Key.parse('/x'), value, { ttl: 50_000 })
    await expect(mounts.rename(from, to)).rejects.toMatchObject({ code: 'UNSUPPORTED', key: from })
    expect([await mounts.has(from), await mounts.has(to)]).toEqual([true, false])
    clock.now = 50_000
    expect(await mounts.has(from)).toBe(false)
  })
})

describe('a reshard', () => {
  const keys = Array.from({ length: 20 }, (_, index) => Key.of(`k${index}`))

  it('D52 keeps the remaining time to live', async () => {
    const { clock, store } = memory()
    const other = new MemoryDatastore({ now: () => clock.now })
    const shards = new ShardedDatastore([store])
    for (const key of keys) await shards.put(key, value, { ttl: 50_000 })
    clock.now = 30_000
    const { moved } = await shards.reshard([store, other])
    expect(moved).toBeGreaterThan(0)
    expect(await shards.stats()).toMatchObject({ entries: keys.length })
    clock.now = 51_000
    expect(await shards.stats()).toMatchObject({ entries: 0 })
  })

  it('D54 moves values out of a store that limits their age to a shard without times to live', async () => {
    const { store } = memory({ ttl: 50_000 })
    const shards = new ShardedDatastore([store])
    for (const key of keys) await shards.put(key, value)
    await shards.reshard([store, new Datastore(new MapStore())])
    for (const key of keys) expect(await shards.has(key)).toBe(true)
  })

  it('D52 to a shard without times to live is UNSUPPORTED, and loses nothing', async () => {
    const { store } = memory()
    const shards = new ShardedDatastore([store])
    for (const key of keys) await shards.put(key, value, { ttl: 50_000 })
    const resharded = shards.reshard([store, new Datastore(new MapStore())])
    await expect(resharded).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    for (const key of keys) expect((await shards.stat(key)).expires).toBeGreaterThan(0)
  })
})

describe('Deadlines', () => {
  it('D21 returns keys in the order in which they expire, after any additions, moves and removals', () => {
    let now = 0
    const deadlines = new Deadlines(() => now)
    const expected = new Map<string, number>()
    let seed = 7
    const random = () => {
      seed = (seed * 48271) % 2147483647
      return seed / 2147483647
    }
    for (let step = 0; step < 5000; step++) {
      const key = `k${Math.floor(random() * 300)}`
      if (random() < 0.3) {
        deadlines.delete(key)
        expected.delete(key)
      } else {
        const ttl = Math.floor(random() * 1000)
        deadlines.set(key, ttl)
        expected.set(key, now + ttl)
      }
      if (step % 10 === 0) now++
    }
    now = 10_000
    const ends: number[] = []
    for (let key = deadlines.next(); key !== undefined; key = deadlines.next()) {
      ends.push(expected.get(key) as number)
      expected.delete(key)
      deadlines.delete(key)
    }
    expect(expected.size).toBe(0)
    expect(ends).toEqual([...ends].sort((one, other) => one - other))
  })
})
