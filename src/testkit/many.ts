import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { abortedAtEachMoment, collect, expectFailure, type Suite, walkKeys } from './suite.ts'

const keys = ['/m/b', '/m/a', '/n/c'].map(Key.parse)

export function describeMany<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  const pairs = keys.map((key, index) => ({ key, value: suite.value(index) }))

  describe('many and batch', () => {
    it('D8 putMany() accepts iterables and async iterables, and yields each key in order', async () => {
      const store = await suite.open()
      expect((await collect(store.putMany(pairs))).map(String)).toEqual(keys.map(String))
      expect(await collect(store.getMany(keys))).toEqual(pairs)
      async function* later() {
        yield* pairs.map(({ key }, index) => ({ key, value: suite.value(index + 1) }))
      }
      await collect(store.putMany(later()))
      expect((await collect(store.getMany(keys))).map(({ value }) => value)).toEqual(
        [1, 2, 3].map(index => suite.value(index)),
      )
    })

    it('D8 deleteMany() yields each deleted key and accepts absent ones', async () => {
      const store = await suite.open(pairs)
      const deleted = [keys[0]!, Key.of('absent'), keys[2]!]
      expect((await collect(store.deleteMany(deleted))).map(String)).toEqual(deleted.map(String))
      expect(await walkKeys(store)).toEqual(['/m/a'])
    })

    it('D65 a batch does nothing before commit, then applies everything', async () => {
      const store = await suite.openWith('/old')
      const batch = store.batch()
      for (const { key, value } of pairs) batch.put(key, value)
      batch.delete(Key.of('old')).delete(Key.of('never'))
      expect(await walkKeys(store)).toEqual(['/old'])
      await batch.commit()
      expect(await walkKeys(store)).toEqual(['/m/a', '/m/b', '/n/c'])
      expect(await collect(store.getMany(keys))).toEqual(pairs)
    })

    it('D64 a batch keeps its order: a put after a delete stores, a delete after a put removes', async () => {
      const store = await suite.openWith('/x', '/y')
      await store.batch().delete(Key.of('x')).put(Key.of('x'), suite.value(3)).commit()
      await store.batch().put(Key.of('y'), suite.value(3)).delete(Key.of('y')).commit()
      await store.batch().put(Key.of('z'), suite.value(0)).put(Key.of('z'), suite.value(1)).commit()
      expect(await store.get(Key.of('x'))).toEqual(suite.value(3))
      expect(await store.get(Key.of('z'))).toEqual(suite.value(1))
      expect(await walkKeys(store)).toEqual(['/x', '/z'])
    })

    it('D64 a committed batch is empty: a second commit does nothing', async () => {
      const store = await suite.open()
      const batch = store.batch().put(keys[0]!, suite.value(1))
      await batch.commit()
      await store.delete(keys[0]!)
      await batch.commit()
      expect(await store.has(keys[0]!)).toBe(false)
    })

    if (suite.capabilities.batch === 'atomic') {
      it('D66 batch: atomic: after an abort of its commit at any moment, all of it is applied or nothing', async () => {
        const store = await suite.open()
        await abortedAtEachMoment(
          async () => {
            await collect(store.deleteMany(keys))
            await store.put(Key.of('old'), suite.value(0))
          },
          signal => {
            const batch = store.batch().delete(Key.of('old'))
            for (const { key, value } of pairs) batch.put(key, value)
            return batch.commit({ signal })
          },
          async moment => {
            const found = (await walkKeys(store)).join()
            expect(['/old', '/m/a,/m/b,/n/c'], moment).toContain(found)
          },
        )
      })
    }

    if (suite.isBinary) {
      it('D15 a batch stores bytes as they were when they were added', async () => {
        const store = await suite.open()
        const [buffer, chunk] = [new Uint8Array([1, 2]), new Uint8Array([3])]
        const batch = store
          .batch()
          .put(keys[0]!, buffer as V)
          .put(keys[1]!, [chunk] as V)
        for (const each of [buffer, chunk]) each.fill(9)
        await batch.commit()
        expect(await store.get(keys[0]!)).toEqual(new Uint8Array([1, 2]))
        expect(await store.get(keys[1]!)).toEqual(new Uint8Array([3]))
      })
    }

    if (suite.isBinary) {
      it('D34 D18 adding a value that is not bytes to a batch is a TypeError', async () => {
        const store = await suite.open()
        const commit = async () =>
          store
            .batch()
            .put(keys[0]!, 'text' as V)
            .commit()
        await expect(commit()).rejects.toBeInstanceOf(TypeError)
        await expectFailure(store.get(keys[0]!), 'NOT_FOUND', keys[0])
      })
    }
  })
}
