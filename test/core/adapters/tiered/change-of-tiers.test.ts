import { describe, expect, it } from 'vitest'
import { cache } from '../../../../src/core/adapters/cache.ts'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import { Key } from '../../../../src/core/key.ts'
import { openStoreOf } from '../../../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { collect } from '../../../../src/testkit/suite.ts'
import { BreakableDatastore, BreakableStore } from '../breakable.ts'

const [a, b] = [Key.parse('/a'), Key.parse('/b')]
const [one, two] = [Uint8Array.of(1), Uint8Array.of(2)]

describe('properties that a tiered store takes from its last tier', () => {
  it('A9 id, identity of a key and etags are those of the last tier', async () => {
    const [first, last] = [new MemoryDatastore(), new MemoryDatastore()]
    for (const store of [new TieredDatastore([first, last]), cache(last)]) {
      expect(store.info.id).toBe(last.info.id)
      expect(openStoreOf(store).identity(a)).toBe(openStoreOf(last).identity(a))
      const { etag } = await store.put(a, one)
      expect((await store.stat(a)).etag).toBe(etag)
      expect((await last.stat(a)).etag).toBe(etag)
    }
    expect([new TieredDatastore([last]).info.kind, cache(last).info.kind]).toEqual(['tiered', 'cache'])
  })

  it('A24 an acknowledged etag matches in no other store, and one that is no longer known is a CONFLICT', async () => {
    const open = () =>
      new TieredDatastore([new MemoryDatastore(), new MemoryDatastore()], { mode: 'write-back' })
    const [store, other] = [open(), open()]
    const { etag } = await store.put(a, one)
    await other.put(a, one)
    await expect(other.put(a, two, { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    await store.sync()
    for (let index = 0; index < 10_001; index++) await store.put(Key.of('many', String(index)), two)
    await store.sync()
    await expect(store.put(a, two, { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    const { etag: current } = await store.stat(a)
    await store.put(a, two, { ifMatch: current })
    await store.close()
    await other.close()
  })
})

describe('settle() of a tiered store', () => {
  it('A6 the last tier then holds every acknowledged value, at any time and repeatedly', async () => {
    const [first, last] = [new MemoryDatastore(), new BreakableDatastore()]
    const tiered = new TieredDatastore([first, last], { mode: 'write-back' })
    const open = openStoreOf(tiered)
    await open.settle()
    const hold = last.holdNext('put')
    await tiered.put(a, one)
    await hold.reached
    await tiered.put(a, two)
    await tiered.put(b, one)
    const settled = Promise.all([open.settle(), open.settle()])
    hold.go()
    await settled
    expect([await last.get(a), await last.get(b)]).toEqual([two, one])
    expect(tiered.unflushed.entries).toBe(0)
    await tiered.put(b, two)
    await open.settle()
    expect(await last.get(b)).toEqual(two)
    await tiered.close()
  })

  it('A6 a value that the last tier refuses is kept, and flushed by the next settle()', async () => {
    const last = new BreakableDatastore()
    const tiered = new TieredDatastore([new MemoryDatastore(), last], {
      mode: 'write-back',
      flushDelay: 0,
      flushAttempts: 1,
    })
    last.breakOn('put')
    await tiered.put(a, one)
    await expect(openStoreOf(tiered).settle()).rejects.toMatchObject({ code: 'IO' })
    expect(await tiered.get(a)).toEqual(one)
    last.mend()
    await openStoreOf(tiered).settle()
    expect(await last.get(a)).toEqual(one)
    await tiered.close()
  })

  it('A10 waits for copies that are being made', async () => {
    const [first, last] = [new BreakableDatastore(), new MemoryDatastore()]
    const tiered = new TieredDatastore([first, last])
    await last.put(a, one)
    const hold = first.holdNext('put')
    await tiered.get(a)
    await hold.reached
    const settled = openStoreOf(tiered).settle()
    hold.go()
    await settled
    expect(await first.below.has(a)).toBe(true)
  })
})

describe('replacing the tiers', () => {
  it.each(['write-through', 'write-around', 'write-back'] as const)(
    'A25 reads and writes use the new tiers, and the state of tiers that stay is kept: %s',
    async mode => {
      const [first, last] = [new BreakableDatastore(), new MemoryDatastore()]
      const tiered = new TieredDatastore([first, last], { mode })
      const open = openStoreOf(tiered)
      await tiered.put(a, one)
      await tiered.get(a)
      await open.settle()
      const { hits } = tiered.metrics[0]!
      // A copy that could not be dropped stays unused.
      await first.below.put(b, one)
      first.breakOn('put', 'delete')
      await last.put(b, two)
      if (mode !== 'write-back') await tiered.put(b, two)
      const middle = new MemoryDatastore()
      open.store.rewire?.([first, middle, last].map(openStoreOf))
      expect(open.store.children).toEqual([first, middle, last].map(openStoreOf))
      expect(tiered.metrics[0]?.hits).toBe(hits)
      if (mode !== 'write-back') expect(await tiered.get(b)).toEqual(two)
      first.mend()
      await tiered.put(a, two)
      await open.settle()
      expect([await last.get(a), await tiered.get(a)]).toEqual([two, two])
      expect(tiered.metrics).toHaveLength(3)
      await tiered.close()
      await expect(middle.get(a)).rejects.toMatchObject({ code: 'CLOSED' })
    },
  )

  it('A25 a copy that an earlier flush could not drop is not read from the store that replaces the tier', async () => {
    const [first, last, below] = [new MemoryDatastore(), new BreakableDatastore(), new BreakableStore()]
    const [before, after] = [new BreakableDatastore(below), new BreakableDatastore(below)]
    const tiered = new TieredDatastore([first, before, last], { mode: 'write-back' })
    const open = openStoreOf(tiered)
    await tiered.put(a, one)
    await open.settle()
    const hold = last.holdNext('put')
    await tiered.put(a, two)
    await hold.reached
    open.store.rewire?.([first, after, last].map(openStoreOf))
    below.breakOn('put', 'delete')
    hold.go()
    await open.settle()
    below.mend()
    await first.delete(a)
    expect(await before.below.get(a)).toEqual(one)
    expect(await tiered.get(a)).toEqual(two)
    await tiered.close()
  })

  it('A25 a cache keeps its memory when it moves to another store of the same data', async () => {
    const below = new BreakableDatastore()
    const cached = cache(below)
    await cached.put(a, one)
    const open = openStoreOf(cached)
    expect(open.store.children).toEqual([openStoreOf(below)])
    const other = new MemoryDatastore()
    open.store.rewire?.([openStoreOf(other)])
    expect(await cached.get(a)).toEqual(one)
    await cached.put(b, two)
    expect(await other.get(b)).toEqual(two)
    await cached.close()
    expect(below.closes).toBe(0)
    await expect(other.get(b)).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('a stream through tiers', () => {
  it('A10 a stream of a key that is written meanwhile fills nothing', async () => {
    const [first, last] = [new MemoryDatastore(), new MemoryDatastore()]
    const tiered = new TieredDatastore([first, last], { mode: 'write-around' })
    await last.put(a, new Uint8Array(200_000))
    const chunks = tiered.getStream(a)[Symbol.asyncIterator]()
    await chunks.next()
    await tiered.put(a, two)
    while ((await chunks.next()).done !== true) continue
    await openStoreOf(tiered).settle()
    expect(await first.has(a)).toBe(false)
    await collect(tiered.getStream(a))
    await openStoreOf(tiered).settle()
    expect(await first.get(a)).toEqual(two)
  })
})
