import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Datastore } from '../../src/core/datastore.ts'
import { Key } from '../../src/core/key.ts'
import { operationsOver, runOnModel, runOnStore } from './operations.ts'
import type { Suite } from './suite.ts'
import { walkKeys } from './suite.ts'

const flat = ['/a', '/b', '/ab', '/c:d', '/x/a', '/x/b', '/x/y/z', '/a-b/c']
const nested = ['/a', '/a/b', '/a/b/c', '/a/b/d', '/a-b', '/a-b/c', '/ab', '/x/y/z']

/** Random histories against a plain map: one call after another, and all at once. */
export function describeModel<V>(suite: Suite<V>): void {
  const keys = suite.hasValueAndBranch ? nested : flat
  const histories = operationsOver(keys, suite.samples.length)
  const indexOf = (value: V) =>
    suite.samples.findIndex(sample => isDeepStrictEqual(plain(sample), plain(value)))

  describe('model', () => {
    it('D1 D2 D3 D5 D9 random histories, one call after another, agree with a map', async () => {
      await fc.assert(
        fc.asyncProperty(histories, async operations => {
          const store = await suite.open()
          const model = new Map<string, number>()
          for (const operation of operations) {
            const expected = runOnModel(model, operation)
            expect(await runOnStore(store, operation, suite.samples, indexOf)).toEqual(expected)
          }
          await expectSame(store, model)
          await store.close()
        }),
        { numRuns: suite.runs },
      )
    })

    it('D16 random histories called all at once agree with a map, in call order', async () => {
      await fc.assert(
        fc.asyncProperty(histories, async operations => {
          const store = await suite.open()
          const model = new Map<string, number>()
          const expected = operations.map(operation => runOnModel(model, operation))
          const calls = operations.map(operation => runOnStore(store, operation, suite.samples, indexOf))
          expect(await Promise.all(calls)).toEqual(expected)
          await expectSame(store, model)
          await store.close()
        }),
        { numRuns: suite.runs },
      )
    })
  })

  async function expectSame(store: Datastore<V>, model: ReadonlyMap<string, number>): Promise<void> {
    const sorted = [...model.keys()].map(Key.parse).sort(Key.compare)
    expect(await walkKeys(store)).toEqual(sorted.map(String))
    for (const key of sorted) expect(indexOf(await store.get(key))).toBe(model.get(key.toString()))
    const { entries, accuracy } = await store.stats()
    if (accuracy === 'exact' && entries !== undefined) expect(entries).toBe(model.size)
  }
}

/** A store may give a Buffer for the bytes that were put. */
function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? Array.from(value) : value
}
