import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import type { Suite } from './suite.ts'

const key = Key.of('shared')
const ROUNDS = 20

/** Conditions checked against all users of the data, with the same data opened twice. */
export function describeSharedConditions<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  const { write, remove } = suite.capabilities
  // Some runners refuse a group without tests.
  if (!suite.hasOthers || ![write.ifAbsent, write.ifMatch, remove.ifMatch].includes('everyone')) return

  /** Makes two concurrent calls, each through a separate open store. Only one may succeed. */
  const contest = async (
    prepare: (store: Opened<V>) => Promise<string | undefined>,
    attempt: (store: Opened<V>, index: number, etag: string | undefined) => Promise<unknown>,
  ) => {
    const store = await suite.open()
    const other = await suite.beside(store)
    for (let round = 0; round < ROUNDS; round++) {
      const etag = await prepare(store)
      const results = await Promise.allSettled(
        [store, other].map((each, index) => attempt(each, index + 1, etag)),
      )
      const winners = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []))
      expect(winners, `round ${round}`).toHaveLength(1)
    }
  }

  describe('conditions against everyone', () => {
    if (write.ifAbsent === 'everyone') {
      it('D61 write.ifAbsent: everyone: exactly one of two concurrent creations through two open stores succeeds', async () => {
        await contest(
          async store => {
            await store.delete(key, { missingOk: true })
            return undefined
          },
          (store, index) => store.put(key, suite.value(index), { replace: false }),
        )
      })
    }

    if (write.ifMatch === 'everyone') {
      it('D33 write.ifMatch: everyone: exactly one of two concurrent replacements through two open stores succeeds', async () => {
        await contest(
          async store => (await store.put(key, suite.value(0))).etag,
          (store, index, ifMatch) => store.put(key, suite.value(index), { ifMatch }),
        )
      })
    }

    if (remove.ifMatch === 'everyone') {
      it('D3 remove.ifMatch: everyone: exactly one of two concurrent deletes through two open stores succeeds', async () => {
        await contest(
          async store => (await store.put(key, suite.value(0))).etag,
          (store, _index, ifMatch) => store.delete(key, { ifMatch }),
        )
      })
    }
  })
}

type Opened<V> = Awaited<ReturnType<Suite<V>['open']>>
