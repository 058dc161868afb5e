import { Key } from '../core/key.ts'
import type { Datastore } from '../core/open/datastore.ts'
import { expect } from './expect.ts'
import { expectFailure, type Suite, walkKeys } from './suite.ts'

const [a, b] = [Key.of('t', 'a'), Key.of('t', 'b')]

export function describeTransactions<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  const { transaction } = suite.capabilities
  describe('transaction', () => {
    if (transaction === 'none') {
      it('D26 transaction: UNSUPPORTED if it is not declared, and its function is not called', async () => {
        const store = await suite.openWith('/a')
        let isStarted = false
        const work = store.transaction(async inside => {
          isStarted = true
          await inside.put(Key.of('a'), suite.value(1))
        })
        await expectFailure(work, 'UNSUPPORTED')
        expect(isStarted).toBe(false)
        expect(await store.get(Key.of('a'))).toEqual(suite.value(0))
      })
      return
    }

    const open = (...keys: readonly Key[]) =>
      suite.open(keys.map((key, index) => ({ key, value: suite.value(index) })))

    if (!suite.isWritable) {
      it('D26 W1 transaction: reads succeed, writes are READ_ONLY', async () => {
        const store = await open(a)
        expect(await store.transaction(inside => inside.get(a))).toEqual(suite.value(0))
        await expectFailure(
          store.transaction(inside => inside.put(a, suite.value(1))),
          'READ_ONLY',
        )
        expect(await store.get(a)).toEqual(suite.value(0))
      })
      return
    }

    it('D26 transaction: writes are visible inside at once, and outside all together', async () => {
      const store = await open(a)
      const result = await store.transaction(async inside => {
        await inside.put(b, suite.value(2))
        await inside.delete(a)
        expect([await inside.has(a), await inside.get(b)]).toEqual([false, suite.value(2)])
        expect(await walkKeys(inside)).toEqual([b.toString()])
        expect([await store.has(a), await store.has(b)]).toEqual([true, false])
        return 'done'
      })
      expect(result).toBe('done')
      expect([await store.has(a), await store.get(b)]).toEqual([false, suite.value(2)])
    })

    it('D26 transaction: a failed transaction writes nothing', async () => {
      const store = await open(a)
      const failed = store.transaction(async inside => {
        await inside.put(a, suite.value(1))
        await inside.put(b, suite.value(2))
        throw new RangeError('no')
      })
      await expect(failed).rejects.toBeInstanceOf(RangeError)
      expect(await walkKeys(store)).toEqual([a.toString()])
      expect(await store.get(a)).toEqual(suite.value(0))
    })

    it('D26 D14 transaction: the store passed to the function is CLOSED afterwards', async () => {
      const store = await open()
      let kept: Datastore<V> | undefined
      await store.transaction(async inside => {
        kept = inside
        await inside.put(a, suite.value(1))
      })
      await expectFailure(kept?.put(a, suite.value(2)) ?? Promise.resolve(), 'CLOSED', a)
      expect(await store.get(a)).toEqual(suite.value(1))
    })

    if (transaction !== 'serializable') return

    it('D26 transaction: serializable: no update is lost when transactions increment one value concurrently', async () => {
      const store = await open(a)
      const count = async () =>
        store.transaction(
          async inside => {
            const found = suite.indexOf(await inside.get(a))
            await new Promise(resolve => setImmediate(resolve))
            await inside.put(a, suite.value(found + 1))
          },
          { attempts: 100 },
        )
      await Promise.all([count(), count(), count()])
      expect(await store.get(a)).toEqual(suite.value(3))
    })

    it('D26 transaction: serializable: of two that each remove one key of a pair, one sees the delete of the other', async () => {
      const store = await open(a, b)
      const removeOne = async (key: Key) =>
        store.transaction(
          async inside => {
            const both = [await inside.has(a), await inside.has(b)]
            await new Promise(resolve => setImmediate(resolve))
            if (!both.includes(false)) await inside.delete(key)
          },
          { attempts: 100 },
        )
      await Promise.all([removeOne(a), removeOne(b)])
      expect(await walkKeys(store)).toHaveLength(1)
    })
  })
}
