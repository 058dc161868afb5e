import { describe, expect, it, vi } from 'vitest'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { NullDatastore } from '../../../src/core/stores/null.ts'
import { Deadlines } from '../../../src/core/stores/retention/deadlines.ts'

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

  it('D21 a put without one ends it, a rename keeps it, and the shorter of two holds', async () => {
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

  it('D21 stat tells when it ends by the wall clock, whose changes move no age', async () => {
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

  it('D21 passes through adapters, and is UNSUPPORTED where a store keeps none', async () => {
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

describe('Deadlines', () => {
  it('D21 gives keys in the order in which they expire, whatever was set, moved and dropped before', () => {
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
