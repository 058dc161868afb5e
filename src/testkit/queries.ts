import fc from 'fast-check'
import type { Entry } from '../core/datastore.ts'
import { hasCode } from '../core/errors.ts'
import { Key } from '../core/key.ts'
import type { Datastore } from '../core/open/datastore.ts'
import { needsScan } from '../core/query/plan.ts'
import type { Query, QueryPlan } from '../core/query/query.ts'
import { anyQuery } from './arbitrary-query.ts'
import { errorOf, expect } from './expect.ts'
import { naiveAnswer, type WholeEntry } from './naive-query.ts'
import { collect, expectFailure, type Suite, walkKeys } from './suite.ts'

const nested = ['/a', '/a/b', '/a/b/c', '/a/b/d', '/a-b', '/a-b/c', '/ab', '/x/y/z', '/c:d', '/x/a']
const flat = ['/a/b/c', '/a/b/d', '/a-b/c', '/ab', '/x/y/z', '/c:d', '/x/a', '/0', '/x/y/q']

export function describeQueries<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  const texts = (suite.hasValueAndBranch ? nested : flat).filter(suite.holds)
  const open = () => suite.openWith(...texts)
  const ask = async (store: Datastore<V>, query: Query) => collect(store.query(query, { scan: true }))
  const keysOf = (entries: readonly Entry<V>[]) => entries.map(({ key }) => key.toString())
  const sorted = texts.map(Key.parse).sort(Key.compare).map(String)

  describe('queries', () => {
    it('Q1 Q4 an empty query returns everything, in key order, with values', async () => {
      const entries = await ask(await open(), {})
      expect(keysOf(entries)).toEqual(sorted)
      for (const { key, value, stat } of entries) {
        expect(value).toEqual(suite.value(texts.indexOf(key.toString())))
        expect(stat).toBeUndefined()
      }
      expect(await ask(await suite.open(), {})).toEqual([])
    })

    it('Q2 a prefix excludes itself and matches whole segments', async () => {
      const store = await open()
      expect(keysOf(await ask(store, { prefix: '/a' }))).toEqual(
        sorted.filter(text => text.startsWith('/a/')),
      )
      expect(keysOf(await ask(store, { prefix: '/nowhere' }))).toEqual([])
      expect(keysOf(await ask(store, { prefix: '/x', recursive: false }))).toEqual(['/x/a'])
    })

    it('Q3 an offset past the end returns nothing, up to the largest one', async () => {
      const store = await open()
      const offset = Number.MAX_SAFE_INTEGER
      for (const query of [{ offset }, { offset, limit: 5 }, { offset: texts.length, limit: offset }])
        expect(await ask(store, query)).toEqual([])
      expect(await ask(store, { offset: texts.length - 1, limit: offset })).toHaveLength(1)
    })

    it('Q3 a limit of 0 returns nothing; a negative offset or limit is a RangeError at once', async () => {
      const store = await open()
      expect(await ask(store, { limit: 0 })).toEqual([])
      for (const query of [{ limit: -1 }, { offset: -1 }, { limit: 1.5 }]) {
        expect(() => store.query(query, { scan: true })).toThrow(RangeError)
      }
    })

    it('Q3 D18 an invalid query is a TypeError at once, an invalid prefix is KEY_INVALID', async () => {
      const store = await open()
      const wrong = [{ order: [] }, { where: { field: 'key', op: '~' } }, { prefix: 1 }] as unknown as Query[]
      for (const query of wrong) expect(() => store.query(query, { scan: true })).toThrow(TypeError)
      const climbing = () => store.query({ prefix: '/..' }, { scan: true })
      expect(errorOf(climbing)).toMatchObject({ code: 'KEY_INVALID' })
    })

    it('Q6 pages of any size, each after the last key of the previous one, return everything once', async () => {
      const store = await open()
      for (const orderBy of [[], [{ field: 'key', descending: true }], [{ field: 'size' }]]) {
        const whole = keysOf(await ask(store, { orderBy }))
        for (const limit of [1, 2, 3, texts.length]) {
          const got: string[] = []
          for (let page: string[] = ['']; page.length > 0; got.push(...page)) {
            page = keysOf(await ask(store, { orderBy, limit, after: got.at(-1), keysOnly: true }))
          }
          expect(got).toEqual(whole)
        }
      }
    })

    it('Q7 Q8 a query without scan is refused exactly if explainQuery() reports a scan', async () => {
      const store = await open()
      const queries: Query[] = [{}, { keysOnly: true }, { where: { field: 'size', op: '>', value: 0 } }]
      for (const query of queries) {
        const plan = store.explainQuery(query)
        expect(clausesIn(plan)).toContain('prefix')
        const answer = collect(store.query(query))
        if (!needsScan(plan)) expect(keysOf(await answer)).toEqual(keysOf(await ask(store, query)))
        else await expectFailure(answer, 'QUERY_UNSUPPORTED')
      }
    })

    it('Q9 any query returns the same result as the naive one over a copy', async () => {
      const store = await open()
      // Times are final only once unflushed writes are flushed.
      await store.sync()
      const entries: WholeEntry<V>[] = []
      for (const text of await walkKeys(store)) {
        const key = Key.parse(text)
        entries.push({ key, value: await store.get(key), stat: await store.stat(key) })
      }
      await fc.assert(
        fc.asyncProperty(anyQuery, async query => {
          const expected = naiveAnswer(entries, query)
          if (expected === undefined && query.limit !== 0) {
            await expectFailure(ask(store, query), 'NOT_FOUND', Key.parse(query.after ?? ''))
            return
          }
          const answer = await ask(store, query)
          expect(keysOf(answer)).toEqual(keysOf(expected ?? []))
          expect(answer.map(withoutAtime)).toEqual((expected ?? []).map(withoutAtime))
        }),
        { numRuns: suite.runs * 10 },
      )
    })

    it('Q1 a query that went through JSON returns the same result', async () => {
      const store = await open()
      await fc.assert(
        fc.asyncProperty(anyQuery, async query => {
          const outcome = (one: Query) =>
            ask(store, one).then(keysOf, (error: unknown) => hasCode(error, 'NOT_FOUND'))
          expect(await outcome(JSON.parse(JSON.stringify(query)) as Query)).toEqual(await outcome(query))
        }),
        { numRuns: suite.runs },
      )
    })

    it('Q7 the caller may stop reading a result early, and the store stays usable', async () => {
      const store = await open()
      for await (const { key } of store.query({}, { scan: true })) {
        expect(key.toString()).toBe(sorted[0])
        break
      }
      expect(await ask(store, { limit: 2, keysOnly: true })).toHaveLength(2)
    })

    it('D13 D14 a query ends when it is aborted, and when the store is closed', async () => {
      const store = await open()
      await expectFailure(collect(store.query({}, { scan: true, signal: AbortSignal.abort() })), 'ABORTED')
      const abort = new AbortController()
      const entries = store.query({}, { scan: true, signal: abort.signal })[Symbol.asyncIterator]()
      await entries.next()
      abort.abort()
      const drain = async () => {
        while ((await entries.next()).done !== true);
      }
      await expectFailure(drain(), 'ABORTED')
      await store.close()
      await expectFailure(ask(store, {}), 'CLOSED')
    })
  })
}

/** Without the access time, which reading a value may change. */
function withoutAtime<V>({ stat, ...entry }: Entry<V>): unknown {
  if (stat === undefined) return entry
  const { size, mtime, btime, etag } = stat
  return { ...entry, stat: { size, mtime, btime, etag } }
}

function clausesIn({ native, scanned, children = [] }: QueryPlan): readonly string[] {
  return [...native, ...scanned, ...children.flatMap(clausesIn)]
}
