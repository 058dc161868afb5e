import { beforeAll, describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

const byte = new Uint8Array([1])

describe('MemoryDatastore', () => {
  it('D4 stat() returns when a value was created and when it changed', async () => {
    const store = new MemoryDatastore()
    const start = Date.now()
    await store.put(Key.of('a'), byte)
    const first = await store.stat(Key.of('a'))
    await store.put(Key.of('a'), byte)
    const second = await store.stat(Key.of('a'))
    expect(first.btime).toBeGreaterThanOrEqual(start)
    expect(second.btime).toBe(first.btime)
    expect(second.mtime).toBeGreaterThanOrEqual(first.mtime!)
    expect(second.etag).not.toBe(first.etag)
  })

  it('D33 a value that is put again after another one gets a new etag', async () => {
    const store = new MemoryDatastore()
    const etags = new Set<string>()
    for (const value of [0, 1, 0, 1]) etags.add((await store.put(Key.of('a'), new Uint8Array([value]))).etag)
    await store.delete(Key.of('a'))
    etags.add((await store.put(Key.of('a'), byte)).etag)
    expect(etags.size).toBe(5)
  })

  it('D15 a buffer from a pool is copied without the rest of its pool', async () => {
    const store = new MemoryDatastore()
    const pool = new Uint8Array(1000)
    await store.put(Key.of('a'), pool.subarray(10, 20))
    const value = await store.get(Key.of('a'))
    expect([value.length, value.buffer.byteLength, value.constructor]).toEqual([10, 10, Uint8Array])
  })

  it('D15 a value put as a Node Buffer is returned as a plain Uint8Array', async () => {
    const store = new MemoryDatastore()
    await store.put(Key.of('a'), Buffer.from('x'))
    expect((await store.get(Key.of('a'))).constructor).toBe(Uint8Array)
  })
})

describe('MemoryDatastore with a million keys', () => {
  const big = new MemoryDatastore()
  const small = new MemoryDatastore()
  let msPerPutEarly = 0
  let msPerPutLate = 0

  beforeAll(async () => {
    for (const store of [big, small]) {
      for (let index = 0; index < 100; index++) await store.put(Key.parse(`/level/${index}`), byte)
    }
    const fill = async (from: number, to: number): Promise<number> => {
      const start = performance.now()
      for (let index = from; index < to; index++) {
        const key = index % 2 === 0 ? `/wide/${index}` : `/deep/${index % 1000}/${index}`
        await big.put(Key.parse(key), byte)
      }
      return (performance.now() - start) / (to - from)
    }
    msPerPutEarly = await fill(0, 100_000)
    await fill(100_000, 900_000)
    msPerPutLate = await fill(900_000, 1_000_000)
  }, 120_000)

  it('D9 the cost of listing a level depends on the level, not on the store', async () => {
    const list = (store: MemoryDatastore) => async () => {
      expect((await store.list(Key.of('level'))).children).toHaveLength(100)
    }
    expect((await fastest(list(big))) / (await fastest(list(small)))).toBeLessThan(5)
  })

  it('D9 the cost of a page depends on the page, not on its level', async () => {
    const page = (prefix: string, after: string) => async () => {
      await big.list(Key.of(prefix), { after, limit: 50 })
    }
    const inWide = await fastest(page('wide', '5'))
    expect(inWide / (await fastest(page('level', '5')))).toBeLessThan(5)
  })

  it('D9 puts stay fast, and so does a put between two listings', async () => {
    expect(msPerPutLate / msPerPutEarly).toBeLessThan(10)
    let count = 0
    const putAndList = (store: MemoryDatastore, prefix: string) => async () => {
      await store.put(Key.of(prefix, `new ${count++}`), byte)
      await store.list(Key.of(prefix), { limit: 50 })
    }
    const inWide = await fastest(putAndList(big, 'wide'))
    expect(inWide / (await fastest(putAndList(small, 'level')))).toBeLessThan(5)
  })

  it('D10 stats() of a million keys reads none of them', async () => {
    const stats = (store: MemoryDatastore) => async () => {
      await store.stats()
    }
    expect((await fastest(stats(big))) / (await fastest(stats(small)))).toBeLessThan(5)
  })
})

/** Milliseconds of the fastest of many rounds, which is least disturbed by other processes. */
async function fastest(work: () => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 40; round++) {
    const start = performance.now()
    for (let turn = 0; turn < 50; turn++) await work()
    best = Math.min(best, performance.now() - start)
  }
  return best
}
