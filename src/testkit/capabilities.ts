import { type Capabilities, GRADES, MINIMAL } from '../core/capabilities.ts'
import type { ValueVersion } from '../core/datastore.ts'
import { Key } from '../core/key.ts'
import { needsScan } from '../core/query/plan.ts'
import type { Query } from '../core/query/query.ts'
import { expect } from './expect.ts'
import { collect, expectFailure, type Suite } from './suite.ts'

/** The grades of each flag that is not a boolean. */
const GRADED: Readonly<Record<string, readonly string[]>> = {
  'read.etag': ['content', 'version'],
  'write.ifAbsent': GRADES.scope,
  'write.ifMatch': GRADES.scope,
  'remove.ifMatch': GRADES.scope,
  rename: GRADES.rename,
  list: GRADES.list,
  batch: GRADES.batch,
  transaction: GRADES.transaction,
  query: GRADES.query,
  watch: GRADES.watch,
}

/** Queries of each kind, from one that needs only names to one that needs values. */
const QUERIES: readonly Query[] = [
  { keysOnly: true },
  { where: { field: 'size', op: '>=', value: 0 }, keysOnly: true },
  {},
  { orderBy: [{ field: 'value' }] },
]

/** Tests that the flags are complete, and the flags that no other part of the suite covers. */
export function describeCapabilities<V>(suite: Suite<V>): void {
  const { describe, it, capabilities } = suite
  describe('capabilities', () => {
    it('D17 capabilities are plain data and complete: each flag has a valid grade', async () => {
      const { capabilities: found } = await suite.open()
      const flags = new Map(flagsOf(found))
      for (const [flag] of flagsOf(MINIMAL)) {
        const grades = GRADED[flag]
        if (grades === undefined) expect(typeof flags.get(flag), flag).toBe('boolean')
        else expect(grades, flag).toContain(flags.get(flag))
      }
      for (const [name, limit] of Object.entries(found.limits))
        if (limit !== undefined) expect(Number.isSafeInteger(limit) && Number(limit) > 0, name).toBe(true)
      expect(JSON.parse(JSON.stringify(found))).toEqual(found)
    })

    if (!suite.isBinary) {
      it('D20 objects: values cannot be streamed in or out', async () => {
        expect([capabilities.read.stream, capabilities.write.stream]).toEqual([false, false])
        const store = await suite.openWith('/a')
        await expectFailure(collect(store.getStream(Key.of('a'))), 'UNSUPPORTED', Key.of('a'))
      })
    }

    if (suite.isWritable) {
      it('D17 writable: a put is accepted', async () => {
        const store = await suite.open()
        await store.put(Key.of('a'), suite.value(1))
        expect(await store.get(Key.of('a'))).toEqual(suite.value(1))
      })
    }

    if (capabilities.query === 'scan') {
      it('D17 Q7 query: scan: no query is answered without a scan', async () => {
        const store = await suite.openWith('/a', '/b')
        for (const query of QUERIES) {
          expect(needsScan(store.explainQuery(query))).toBe(true)
          await expectFailure(collect(store.query(query)), 'QUERY_UNSUPPORTED')
        }
      })
    } else if (capabilities.query === 'partial') {
      it('D17 Q7 query: partial: some queries are answered without a scan, others are not', async () => {
        const store = await suite.openWith('/a', '/b')
        const needs = QUERIES.map(query => needsScan(store.explainQuery(query)))
        expect([needs.includes(false), needs.includes(true)]).toEqual([true, true])
      })
    } else {
      it('D17 Q7 query: native: every query is answered without a scan', async () => {
        const store = await suite.openWith('/a', '/b')
        for (const query of QUERIES) {
          expect(needsScan(store.explainQuery(query)), JSON.stringify(query)).toBe(false)
          expect((await collect(store.query(query))).map(({ key }) => key.toString()).sort()).toEqual([
            '/a',
            '/b',
          ])
        }
      })
    }

    if (!suite.isWritable) return

    if (capabilities.read.etag === 'version') {
      it('D4 read.etag: version: every put makes a new etag, even for an equal value', async () => {
        const store = await suite.open()
        const etags = new Set<string>()
        for (const index of [1, 1, 2, 1, 2, 2])
          etags.add((await store.put(Key.of('a'), suite.value(index))).etag)
        expect(etags.size).toBe(6)
      })
    }

    if (capabilities.persistent) {
      it('D14 D17 persistent: stored values are present after the store is reopened', async () => {
        const store = await suite.openWith('/a/b', '/c')
        await store.close()
        const again = await suite.reopen(store)
        expect(await again.get(Key.parse('/a/b'))).toEqual(suite.value(0))
        expect(await again.get(Key.parse('/c'))).toEqual(suite.value(1))
      })
    } else {
      it('D17 persistent: a store that outlives its process declares it', async () => {
        expect(suite.options.reopen).toBeUndefined()
      })
    }

    if (capabilities.durable) {
      it('D11 durable: synced values are present after the store is reopened', async () => {
        expect(capabilities.persistent).toBe(true)
        const store = await suite.open()
        await store.put(Key.of('a'), suite.value(1))
        await store.sync()
        await store.close()
        expect(await (await suite.reopen(store)).get(Key.of('a'))).toEqual(suite.value(1))
      })
    }

    if (capabilities.history) {
      it('E113 history: the versions of a value are listed, latest first, and can be read', async () => {
        const store = await suite.open()
        const key = Key.of('a')
        expect(await store.versions(key)).toEqual([])
        for (const index of [1, 2]) {
          await store.put(key, suite.value(index))
          await store.sync()
        }
        const versions = await store.versions(key)
        expect(versions.length).toBeGreaterThanOrEqual(2)
        const [latest, before] = versions as [ValueVersion, ValueVersion]
        expect([latest.isValue, before.isValue, latest.time >= before.time]).toEqual([true, true, true])
        expect(await store.getVersion(key, latest.id)).toEqual(suite.value(2))
        expect(await store.getVersion(key, before.id)).toEqual(suite.value(1))
        expect(await store.versions(key, { limit: 1 })).toEqual([latest])
        await store.delete(key)
        await store.sync()
        expect(await store.getVersion(key, before.id)).toEqual(suite.value(1))
        await expectFailure(store.getVersion(key, 'none'), 'NOT_FOUND', key)
      })
    } else {
      it('E113 history: no versions are listed if it is not declared', async () => {
        const store = await suite.open()
        const key = Key.of('a')
        for (const index of [1, 2]) await store.put(key, suite.value(index))
        expect(await store.versions(key)).toEqual([])
        await expectFailure(store.getVersion(key, 'none'), 'NOT_FOUND', key)
      })
    }

    if (capabilities.manyToOne) {
      it('D17 manyToOne: two keys name one value, and a rename between them keeps it', async () => {
        const { sameKeys } = suite.options
        if (sameKeys === undefined) throw new Error('The suite needs `sameKeys` to prove manyToOne')
        const [one, other] = sameKeys
        const store = await suite.open([{ key: one, value: suite.value(1) }])
        expect(await store.get(other)).toEqual(suite.value(1))
        await store.rename(one, other)
        expect(await store.get(one)).toEqual(suite.value(1))
        await store.delete(other)
        expect(await store.has(one)).toBe(false)
      })
    } else {
      it('D17 manyToOne: similar keys stay distinct if it is not declared', async () => {
        const texts = ['/a', '/A', '/a.', '/é', '/e\u0301', '/ a']
        const store = await suite.openWith(...texts)
        for (const [index, text] of texts.entries())
          expect(await store.get(Key.parse(text)), text).toEqual(suite.value(index))
      })
    }
  })
}

/** The flags of a capabilities record by name: `read.range`. */
export function flagsOf(capabilities: Capabilities): [string, unknown][] {
  return Object.entries(capabilities).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([inner, flag]): [string, unknown] => [`${name}.${inner}`, flag])
      : [[name, value] as [string, unknown]],
  )
}
