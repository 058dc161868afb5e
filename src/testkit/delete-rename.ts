import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { abortedAtEachMoment, expectFailure, listAll, type Suite, walkKeys } from './suite.ts'

const [from, to, gone] = [Key.of('r', 'from'), Key.of('r', 'to'), Key.of('gone')]

export function describeDelete<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  describe('delete', () => {
    it('D3 delete() removes the value and the branches that this leaves empty', async () => {
      const store = await suite.openWith('/a/b/c/d', '/a/x')
      await store.delete(Key.parse('/a/b/c/d'))
      expect(await store.has(Key.parse('/a/b/c/d'))).toBe(false)
      expect((await listAll(store, Key.of('a'))).map(child => child.name)).toEqual(['x'])
      await store.delete(Key.parse('/a/x'))
      expect(await listAll(store, Key.root)).toEqual([])
    })

    it('D3 deleting an absent key is NOT_FOUND, or does nothing with missingOk', async () => {
      const store = await suite.openWith('/a')
      await expectFailure(store.delete(gone), 'NOT_FOUND', gone)
      await store.delete(gone, { missingOk: true })
      await store.delete(Key.of('a'))
      await expectFailure(store.delete(Key.of('a')), 'NOT_FOUND', Key.of('a'))
      await expectFailure(store.delete(Key.root), 'NOT_FOUND', Key.root)
    })

    it('D3 deleting a branch without a value is NOT_FOUND and deletes nothing below it', async () => {
      const store = await suite.openWith('/a/b', '/a/c')
      await expectFailure(store.delete(Key.of('a')), 'NOT_FOUND', Key.of('a'))
      expect(await walkKeys(store)).toEqual(['/a/b', '/a/c'])
    })
  })

  describe('rename', () => {
    it('D5 rename() moves the value', async () => {
      const store = await suite.open([{ key: from, value: suite.value(2) }])
      await store.rename(from, to)
      expect(await store.get(to)).toEqual(suite.value(2))
      expect(await store.has(from)).toBe(false)
      await store.rename(to, Key.of('elsewhere', 'deep', 'down'))
      expect(await walkKeys(store)).toEqual(['/elsewhere/deep/down'])
    })

    it('D5 rename() replaces the value at the new key, unless replace is false', async () => {
      const store = await suite.open([
        { key: from, value: suite.value(1) },
        { key: to, value: suite.value(2) },
      ])
      await expectFailure(store.rename(from, to, { replace: false }), 'ALREADY_EXISTS', to)
      expect([await store.get(from), await store.get(to)]).toEqual([suite.value(1), suite.value(2)])
      await store.rename(from, to)
      expect(await store.get(to)).toEqual(suite.value(1))
      expect(await walkKeys(store)).toEqual([to.toString()])
    })

    it('D5 D56 renaming an absent key is NOT_FOUND and does not change the new key', async () => {
      const store = await suite.open([{ key: to, value: suite.value(2) }])
      await expectFailure(store.rename(gone, to), 'NOT_FOUND', gone)
      expect(await store.get(to)).toEqual(suite.value(2))
    })

    it('D57 rename(k, k) does nothing for a present key and is NOT_FOUND for an absent one', async () => {
      const store = await suite.open([{ key: from, value: suite.value(3) }])
      await store.rename(from, from)
      await store.rename(from, Key.parse('/r/from'), { replace: false })
      expect(await store.get(from)).toEqual(suite.value(3))
      await expectFailure(store.rename(gone, gone), 'NOT_FOUND', gone)
    })

    if (suite.capabilities.rename === 'atomic') {
      it('D5 rename: atomic: after an abort at any moment, exactly one of both keys has the value', async () => {
        const store = await suite.open()
        await abortedAtEachMoment(
          async () => {
            await store.put(from, suite.value(1))
            await store.delete(to, { missingOk: true })
          },
          signal => store.rename(from, to, { signal }),
          async moment => {
            expect(
              [await store.has(from), await store.has(to)].filter(has => has),
              moment,
            ).toEqual([true])
          },
        )
      })
    }

    if (suite.capabilities.rename === 'copy') {
      it('D58 rename: copy: after an abort at any moment, one or both keys have the value', async () => {
        const store = await suite.open()
        await abortedAtEachMoment(
          async () => {
            await store.put(from, suite.value(1))
            await store.delete(to, { missingOk: true })
          },
          signal => store.rename(from, to, { signal }),
          async moment => {
            for (const key of [from, to]) {
              if (await store.has(key)) expect(await store.get(key), moment).toEqual(suite.value(1))
            }
            expect((await store.has(from)) || (await store.has(to)), moment).toBe(true)
          },
        )
      })
    }

    if (!suite.hasValueAndBranch) return
    it('D5 rename() moves only the value, not the keys below it', async () => {
      const store = await suite.openWith('/r/from', '/r/from/below')
      await store.rename(from, to)
      expect(await walkKeys(store)).toEqual(['/r/from/below', '/r/to'])
      await store.rename(to, Key.parse('/r/from/below/further'))
      expect(await walkKeys(store)).toEqual(['/r/from/below', '/r/from/below/further'])
      await store.rename(Key.parse('/r/from/below'), from)
      expect(await walkKeys(store)).toEqual(['/r/from', '/r/from/below/further'])
    })
  })
}
