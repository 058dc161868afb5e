import { Key } from '../core/key.ts'
import type { Datastore } from '../core/open/datastore.ts'
import { expect } from './expect.ts'
import { collect, expectFailure, type Suite, walkKeys } from './suite.ts'

const [a, absent] = [Key.of('a'), Key.of('absent')]

/** A read-only store refuses every write and keeps its values. */
export function describeReadOnly<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  const writes: Record<string, (store: Datastore<V>) => Promise<unknown>> = {
    put: store => store.put(a, suite.value(1)),
    'put of a new key': store => store.put(absent, suite.value(1)),
    putNew: store => store.putNew(a, suite.value(1)),
    delete: store => store.delete(a),
    'delete of an absent key': store => store.delete(absent, { missingOk: true }),
    rename: store => store.rename(a, absent),
    'rename to itself': store => store.rename(a, a),
    putMany: store => collect(store.putMany([{ key: a, value: suite.value(1) }])),
    deleteMany: store => collect(store.deleteMany([a])),
    'batch.commit': store => store.batch().put(a, suite.value(1)).delete(Key.of('b')).commit(),
  }

  describe('read-only', () => {
    for (const [name, write] of Object.entries(writes)) {
      it(`W1 D18 ${name} is READ_ONLY and changes nothing`, async () => {
        const store = await suite.openWith('/a', '/b')
        await expectFailure(write(store), 'READ_ONLY')
        expect(await walkKeys(store)).toEqual(['/a', '/b'])
        expect(await store.get(a)).toEqual(suite.value(0))
      })
    }

    it('W1 D11 sync() of a read-only store succeeds', async () => {
      const store = await suite.openWith('/a')
      await store.sync()
      expect(await walkKeys(store)).toEqual(['/a'])
    })
  })
}
