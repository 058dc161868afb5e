import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { cache } from '../../../src/core/adapters/cache.ts'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { NullDatastore } from '../../../src/core/stores/null.ts'
import { walkKeys } from '../../../src/testkit/suite.ts'
import { describeDatastore } from '../../contract/describe-datastore.ts'
import { uncaughtDuring } from '../uncaught.ts'
import { BreakableDatastore } from './breakable.ts'

const key = (name: string) => Key.of(name)
const value = (size = 1) => new Uint8Array(size)

describeDatastore('cache', { create: async () => cache(new MemoryDatastore(), { maxEntries: 3 }) })
describeDatastore('cache of negative answers, least frequently used', {
  create: async () =>
    cache(new MemoryDatastore(), { maxEntries: 2, maxBytes: 100_000, policy: 'lfu', negativeTtl: 60_000 }),
})
describeDatastore('MemoryDatastore with limits that are not reached', {
  create: async () => new MemoryDatastore({ maxEntries: 1e6, maxBytes: 1e9, ttl: 1e9 }),
})

describe('age', () => {
  it('C1 no expired entry is served after the system clock is set back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 1_000_000 })
    try {
      const memory = new MemoryDatastore({ ttl: 100 })
      await memory.put(key('a'), value())
      const below = new MemoryDatastore()
      const cached = cache(below, { ttl: 100, negativeTtl: 100 })
      await expect(cached.get(key('a'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await below.put(key('a'), value())
      vi.advanceTimersByTime(40)
      vi.setSystemTime(500)
      expect((await memory.stat(key('a'))).expires).toBe(560)
      await expect(cached.get(key('a'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
      vi.advanceTimersByTime(60)
      expect(await memory.has(key('a'))).toBe(false)
      expect(await cached.get(key('a'))).toEqual(value())
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('MemoryDatastore with limits', () => {
  it('C1 evicts the least recently used key to make room', async () => {
    const store = new MemoryDatastore({ maxEntries: 2 })
    await store.put(key('a'), value())
    await store.put(key('b'), value())
    await store.get(key('a'))
    await store.put(key('c'), value())
    expect(await walkKeys(store)).toEqual(['/a', '/c'])
  })

  it('C1 evicts the least frequently used key, and admits new ones', async () => {
    const store = new MemoryDatastore({ maxEntries: 2, policy: 'lfu' })
    await store.put(key('a'), value())
    for (let use = 0; use < 5; use++) await store.get(key('a'))
    await store.put(key('b'), value())
    await store.put(key('c'), value())
    expect(await walkKeys(store)).toEqual(['/a', '/c'])
  })

  it('C1 never exceeds its limits of entries and bytes', async () => {
    const operation = fc.record({
      verb: fc.constantFrom('put', 'get', 'delete'),
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      size: fc.integer({ min: 0, max: 60 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 60 }),
        fc.constantFrom<'lru' | 'lfu'>('lru', 'lfu'),
        async (operations, policy) => {
          const store = new MemoryDatastore({ maxEntries: 4, maxBytes: 100, policy })
          for (const { verb, name, size } of operations) {
            if (verb === 'put') await store.put(key(name), value(size))
            else if (verb === 'get') await store.get(key(name)).catch(() => undefined)
            else await store.delete(key(name), { missingOk: true })
            const { entries, bytes } = await store.stats()
            expect(entries).toBeLessThanOrEqual(4)
            expect(bytes).toBeLessThanOrEqual(100)
            expect(await walkKeys(store)).toHaveLength(entries!)
          }
        },
      ),
    )
  })

  it('C1 never serves an expired entry, through any verb', async () => {
    let now = 1000
    const evicted: string[] = []
    const store = new MemoryDatastore({
      ttl: 50,
      now: () => now,
      onEviction: (text, reason) => evicted.push(`${text} ${reason}`),
    })
    await store.put(key('a'), value())
    await store.put(key('b'), value())
    const [before, { expires = 0 }, after] = [Date.now(), await store.stat(key('a')), Date.now()]
    expect(expires).toBeGreaterThanOrEqual(before + 50)
    expect(expires).toBeLessThanOrEqual(after + 50)
    now = 1049
    expect(await store.has(key('a'))).toBe(true)
    now = 1050
    expect(await store.has(key('a'))).toBe(false)
    await expect(store.get(key('a'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await store.list(Key.root)).children).toEqual([])
    expect(await store.stats()).toMatchObject({ entries: 0, bytes: 0 })
    expect(evicted).toEqual(['/a expired', '/b expired'])
  })

  it('C1 a value larger than the store is not kept, and leaves no stale one', async () => {
    const store = new MemoryDatastore({ maxBytes: 10 })
    await store.put(key('a'), value(5))
    await store.put(key('a'), value(11))
    expect(await store.has(key('a'))).toBe(false)
  })

  it('C1 rejects invalid limits', () => {
    expect(() => new MemoryDatastore({ maxEntries: -1 })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
    expect(() => new MemoryDatastore({ ttl: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })
})

describe('cache', () => {
  it('C1 fills on a miss, counts hits, misses and evictions', async () => {
    const below = new BreakableDatastore()
    const cached = cache(below, { maxEntries: 1 })
    await below.put(key('a'), value())
    await below.put(key('b'), value())
    await cached.get(key('a'))
    await expect.poll(() => cached.metrics[0]?.fills).toBe(1)
    await cached.get(key('a'))
    await cached.get(key('b'))
    await expect.poll(() => cached.metrics[0]?.fills).toBe(2)
    expect(cached.cacheMetrics).toEqual({ hits: 1, misses: 2, evictions: 1 })
  })

  it('C1 caches absence for the given time, until the key is written', async () => {
    let now = 0
    const below = new BreakableDatastore()
    const cached = cache(below, { negativeTtl: 100, now: () => now })
    await expect(cached.get(key('a'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    below.breakOn('get')
    await expect(cached.get(key('a'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    now = 100
    await expect(cached.get(key('a'))).rejects.toMatchObject({ code: 'IO' })
    below.mend()
    await expect(cached.get(key('a'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await cached.put(key('a'), value())
    expect(await cached.get(key('a'))).toHaveLength(1)
  })

  it('C1 a read that found nothing does not hide a put made meanwhile', async () => {
    const below = new BreakableDatastore()
    const cached = cache(below, { negativeTtl: 60_000 })
    const hold = below.holdNext('get')
    const reading = cached.get(key('a')).catch(() => undefined)
    await hold.reached
    const putting = cached.put(key('a'), value())
    hold.go()
    await Promise.all([reading, putting])
    expect(await cached.get(key('a'))).toHaveLength(1)
  })

  it('C1 after close every call fails as CLOSED, even one answered from memory', async () => {
    const cached = cache(new MemoryDatastore(), { negativeTtl: 60_000 })
    await cached.get(key('a')).catch(() => undefined)
    await cached.close()
    await expect(cached.get(key('a'))).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('listeners and options of a cache', () => {
  it('C1 D18 an eviction listener that throws does not fail the call', async () => {
    const store = new MemoryDatastore({
      maxEntries: 1,
      onEviction() {
        throw new Error('listener')
      },
    })
    const uncaught = await uncaughtDuring(async () => {
      await store.put(key('a'), value())
      await store.put(key('b'), value())
    })
    expect(uncaught).toMatchObject([{ message: 'listener' }])
    expect(await walkKeys(store)).toEqual(['/b'])
  })

  it.each(['lru', 'lfu'] as const)(
    'C1 %s evicts no key when it replaces or renames that key',
    async policy => {
      const evicted: string[] = []
      const store = new MemoryDatastore({ maxBytes: 10, policy, onEviction: text => evicted.push(text) })
      for (const name of ['a', 'b']) await store.put(key(name), value(5))
      for (let uses = 0; uses < 3; uses++) await store.get(key('b'))
      const { btime } = await store.stat(key('a'))
      await store.rename(key('a'), key('c'))
      expect(evicted).toEqual([])
      await store.put(key('c'), value(6))
      expect(evicted).toEqual(['/b'])
      expect(await walkKeys(store)).toEqual(['/c'])
      expect((await store.stat(key('c'))).btime).toBeGreaterThanOrEqual(btime!)
    },
  )

  it('C1 D18 an unknown policy is CONFIG_INVALID', () => {
    const open = () => new MemoryDatastore({ maxEntries: 1, policy: 'fifo' as 'lru' })
    expect(open).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('C1 a limit that is undefined has the default value', async () => {
    const store = cache(new NullDatastore(), { maxEntries: undefined, policy: undefined })
    for (let index = 0; index < 10_001; index++) await store.put(key(String(index)), value())
    expect(store.cacheMetrics.evictions).toBe(1)
  })
})
