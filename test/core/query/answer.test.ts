import { beforeAll, describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { answer } from '../../../src/core/query/answer.ts'
import { parseQuery } from '../../../src/core/query/parse-query.ts'
import type { Query } from '../../../src/core/query/query.ts'
import { WatchedSource } from './watched-source.ts'

const name = (index: number) => `n${String(index).padStart(4, '0')}`

/** 4,000 keys: 2,000 on one level, 20 branches of 100. The value of key i has i % 50 bytes. */
async function filled(): Promise<WatchedSource> {
  const source = new WatchedSource()
  for (let index = 0; index < 4000; index++) {
    const key = index < 2000 ? `/wide/${name(index)}` : `/deep/b${index % 20}/${name(index)}`
    await source.store.put(Key.parse(key), new Uint8Array(index % 50))
  }
  return source
}

describe('answer, its costs', () => {
  let source: WatchedSource
  beforeAll(async () => {
    source = await filled()
  })

  it('Q7 the first entries are returned before the rest is read', async () => {
    const { keys, listed, get } = await source.ask({ prefix: '/wide', limit: 3 })
    expect([keys, listed, get]).toEqual([[0, 1, 2].map(index => `/wide/${name(index)}`), 3, 3])
    const entries = answer(source, parseQuery({ keysOnly: true }))[Symbol.asyncIterator]()
    source.calls.list = 0
    await entries.next()
    expect(source.calls.list).toBeLessThanOrEqual(3)
    await entries.return?.()
  })

  it('Q6 the cost of a page far into a level depends on the page', async () => {
    const after = `/wide/${name(1500)}`
    const { keys, listed } = await source.ask({ prefix: '/wide', after, limit: 20, keysOnly: true })
    expect([keys[0], keys.length, listed]).toEqual([`/wide/${name(1501)}`, 20, 20])
    const backwards: Query = {
      after,
      limit: 20,
      keysOnly: true,
      orderBy: [{ field: 'key', descending: true }],
    }
    const down = await source.ask(backwards)
    expect([down.keys[0], down.keys.length, down.listed]).toEqual([`/wide/${name(1499)}`, 20, 20])
  })

  it('Q7 keysOnly makes no get and no stat', async () => {
    expect(await source.ask({ keysOnly: true })).toMatchObject({ get: 0, stat: 0, has: 0 })
    const byText = { field: 'key', op: 'matches', value: '7$' } as const
    expect(await source.ask({ keysOnly: true, where: byText })).toMatchObject({ get: 0, stat: 0 })
  })

  it('Q7 a condition on size reads only the values returned, and makes no stat if the listing has sizes', async () => {
    const where = { field: 'size', op: '=', value: 49 } as const
    expect(await source.ask({ where })).toMatchObject({ get: 80, stat: 0 })
    source.hidesSizes = true
    expect(await source.ask({ where })).toMatchObject({ get: 80, stat: 4000 })
    source.hidesSizes = false
  })

  it('Q7 the cheapest conditions are evaluated first', async () => {
    const where = {
      and: [
        { field: 'no.such', op: 'exists' },
        { field: 'mtime', op: '>', value: 0 },
        { field: 'size', op: '<', value: 25 },
        { field: 'key', op: 'prefix', value: '/deep/b1/' },
      ],
    } as const
    expect(await source.ask({ where })).toMatchObject({ keys: [], stat: 60, get: 60 })
  })

  it('Q4 bounds on the key limit the walk', async () => {
    const between = (low: string, high: string): Query['where'] => ({
      and: [
        { field: 'key', op: '>=', value: low },
        { field: 'key', op: '<', value: high },
      ],
    })
    const where = between(`/wide/${name(500)}`, `/wide/${name(503)}`)
    const expected = [500, 501, 502].map(index => `/wide/${name(index)}`)
    for (const descending of [false, true]) {
      const { keys, listed } = await source.ask({
        where,
        keysOnly: true,
        orderBy: [{ field: 'key', descending }],
      })
      expect(keys).toEqual(descending ? expected.toReversed() : expected)
      expect(listed).toBeLessThanOrEqual(1010)
    }
    const one = await source.ask({ where: { field: 'key', op: '=', value: `/wide/${name(7)}` } })
    expect([one.keys, one.get]).toEqual([[`/wide/${name(7)}`], 1])
    const some = await source.ask({
      where: { field: 'key', op: 'in', value: ['/deep/b3/x', `/deep/b3/${name(2003)}`] },
    })
    expect(some.keys).toEqual([`/deep/b3/${name(2003)}`])
    expect(some.listed).toBeLessThanOrEqual(120)
  })

  it('Q3 Q5 another order with a limit reads only the values that are returned', async () => {
    const query: Query = { orderBy: [{ field: 'size', descending: true }], offset: 5, limit: 10 }
    expect(await source.ask(query)).toMatchObject({ get: 10, stat: 0 })
  })

  it('Q3 a limit of 0 makes no call to the store', async () => {
    expect(await source.ask({ limit: 0 })).toMatchObject({ keys: [], list: 0, get: 0 })
  })

  it('Q7 an entry deleted while the query runs is neither returned nor a failure', async () => {
    const shrinking = await filled()
    const entries = answer(shrinking, parseQuery({ prefix: '/wide' }))[Symbol.asyncIterator]()
    const first = await entries.next()
    for (let index = 100; index < 2000; index++) await shrinking.store.delete(Key.of('wide', name(index)))
    const keys = [first.done === true ? '' : String(first.value.key)]
    for (let next = await entries.next(); next.done !== true; next = await entries.next())
      keys.push(String(next.value.key))
    expect(keys).toEqual(Array.from({ length: 100 }, (_, index) => `/wide/${name(index)}`))
  })

  it('Q7 D4 a value that cannot be read fails the query and is not omitted', async () => {
    const broken = await filled()
    broken.get = () => Promise.reject(new Error('the disk is gone'))
    await expect(broken.ask({})).rejects.toThrow('the disk is gone')
    await expect(broken.ask({ where: { field: 'a', op: 'exists' } })).rejects.toThrow('the disk is gone')
  })

  it('D13 Q7 a long query over memory lets timers run, so that it can be aborted', async () => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 1)
    const query = parseQuery({ keysOnly: true, where: { field: 'key', op: 'matches', value: 'never$' } })
    const endless = async () => {
      for (;;)
        for await (const entry of answer(source, query, { signal: abort.signal })) expect(entry).toBe('none')
    }
    await expect(endless()).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
