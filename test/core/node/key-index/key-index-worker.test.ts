import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { pack, unpack } from '../../../../src/core/key-index/packed.ts'
import type { SearchProgress } from '../../../../src/core/key-index/search/key-search.ts'
import { KeyIndexWorker } from '../../../../src/core/node/key-index/key-index-worker.ts'
import { decodeKey, encodeKey } from '../../../../src/core/ordered/strata/key-bytes.ts'
import { rowsOf } from '../../key-index/model.ts'

let index: KeyIndexWorker

beforeEach(() => {
  index = new KeyIndexWorker()
})
afterEach(() => index.close())

const keyOf = (number: number): Key => Key.of('user', String(number).padStart(6, '0'), 'name')

/** Adds numbered keys in mixed order. */
async function fill(count: number): Promise<void> {
  for (let start = 0; start < count; start += 10_000) {
    const numbers = Array.from({ length: Math.min(10_000, count - start) }, (_, offset) => start + offset)
    await index.add(pack(numbers.map(number => encodeKey(keyOf((number * 7919) % count)))))
  }
  await index.filled()
  await expect.poll(async () => (await index.state()).isComplete, { timeout: 20_000 }).toBe(true)
}

async function keysOf(search: AsyncIterable<SearchProgress>): Promise<string[]> {
  const keys: string[] = []
  for await (const progress of search)
    keys.push(...unpack(progress.keys).map(key => decodeKey(key).toString()))
  return keys
}

describe('KeyIndexWorker', () => {
  it('answers like the index', async () => {
    await fill(30_000)
    expect(await index.state()).toMatchObject({ size: 30_000, isComplete: true })
    const page = await index.level(encodeKey(Key.of('user')), { limit: 2, reverse: true })
    expect(rowsOf(page).map(row => row.name)).toEqual(['029999', '029998'])
    expect(page.hasMore).toBe(true)
    expect(await index.rowOf(encodeKey(keyOf(12_345)))).toBe(12_345)
    const rows = unpack((await index.rows(12_345, 2)) ?? new Uint8Array())
    expect(rows.map(row => decodeKey(row).toString())).toEqual([keyOf(12_345), keyOf(12_346)].map(String))
    await index.remove(pack([encodeKey(keyOf(0))]))
    expect(await index.has(encodeKey(keyOf(0)))).toBe(false)
    expect(await index.rowOf(encodeKey(keyOf(12_345)))).toBe(12_344)
  })

  it('transfers buffers, so that keys are not copied between threads', async () => {
    const packed = pack([encodeKey(keyOf(1))])
    await index.add(packed)
    expect(packed.byteLength).toBe(0)
  })

  it('answers while it is filled', async () => {
    const filling = fill(200_000)
    await expect.poll(async () => (await index.state()).size).toBeGreaterThan(1000)
    const page = await index.level(encodeKey(Key.of('user')), { limit: 3 })
    expect(rowsOf(page)).toHaveLength(3)
    expect(await keysOf(index.search({ kind: 'substring', text: 'user', limit: 5 }))).toHaveLength(5)
    await filling
    expect((await index.state()).size).toBe(200_000)
  })

  it('streams the hits of a search, and its progress', async () => {
    await fill(30_000)
    const found = await keysOf(index.search({ kind: 'regex', text: '/0(12)+', limit: 1000 }))
    const expected = Array.from({ length: 30_000 }, (_, number) => keyOf(number).toString())
    expect(found).toEqual(expected.filter(key => /\/0(12)+/.test(key)))
    const reports: SearchProgress[] = []
    for await (const report of index.search({ kind: 'fuzzy', text: '12345', limit: 3 })) reports.push(report)
    expect(reports.at(-1)).toMatchObject({ searched: 30_000, total: 30_000, isDone: true })
  })

  it('Q11 a search ends when its signal fires, or when its consumer stops', async () => {
    await fill(30_000)
    const abort = new AbortController()
    const search = index.search({ kind: 'regex', text: 'name', limit: 30_000 }, abort.signal)
    const reading = (async () => {
      for await (const progress of search) {
        expect(progress.searched).toBeGreaterThan(0)
        abort.abort()
      }
    })()
    await expect(reading).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(
      keysOf(index.search({ kind: 'glob', text: '*', limit: 1 }, abort.signal)),
    ).rejects.toMatchObject({
      code: 'ABORTED',
    })
    for await (const progress of index.search({ kind: 'glob', text: '*', limit: 30_000 })) {
      expect(progress.total).toBe(30_000)
      break
    }
    expect((await index.state()).size).toBe(30_000)
  })

  it('rejects an invalid pattern, and truncated buffers', async () => {
    await expect(keysOf(index.search({ kind: 'regex', text: '(', limit: 1 }))).rejects.toThrow(TypeError)
    await expect(index.add(Uint8Array.of(9))).rejects.toThrow(RangeError)
    await fill(10)
    expect((await index.state()).size).toBe(10)
  })

  it('rejects pending calls when it is closed, and every later call', async () => {
    const waiting = index.state()
    const searching = keysOf(index.search({ kind: 'substring', text: 'x', limit: 1 }))
    const closing = index.close()
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(searching).rejects.toMatchObject({ code: 'CLOSED' })
    await closing
    await expect(index.state()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
