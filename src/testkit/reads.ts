import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { collect, expectFailure, type Suite } from './suite.ts'

const absent = Key.of('nothing', 'here')

/** Reads of present and absent keys, for read-only stores too. */
export function describeReads<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  describe('reads', () => {
    it('D1 get() returns every sample value', async () => {
      const pairs = suite.samples.map((value, index) => ({ key: Key.of('samples', `s${index}`), value }))
      const store = await suite.open(pairs)
      for (const { key, value } of pairs) expect(await store.get(key)).toEqual(value)
    })

    it('D1 D18 an absent key is NOT_FOUND for get, stat and getStream, false for has', async () => {
      const store = await suite.openWith('/a')
      await expectFailure(store.get(absent), 'NOT_FOUND', absent)
      await expectFailure(store.stat(absent), 'NOT_FOUND', absent)
      expect(await store.has(absent)).toBe(false)
      if (suite.isBinary) await expectFailure(collect(store.getStream(absent)), 'NOT_FOUND', absent)
    })

    it('D1 a branch without a value, the root included, is not a value', async () => {
      const store = await suite.openWith('/branch/leaf')
      for (const key of [Key.root, Key.of('branch')]) {
        await expectFailure(store.get(key), 'NOT_FOUND', key)
        await expectFailure(store.stat(key), 'NOT_FOUND', key)
        expect(await store.has(key)).toBe(false)
      }
    })

    it('D1 the value of a key is not returned for keys below it or beside it', async () => {
      const store = await suite.openWith('/a', '/ab/c')
      const others = ['/a/b', '/ab', '/a:b', '/a.', '/aa']
      for (const text of suite.capabilities.manyToOne ? others : ['/A', ...others]) {
        await expectFailure(store.get(Key.parse(text)), 'NOT_FOUND', Key.parse(text))
        expect(await store.has(Key.parse(text)), text).toBe(false)
      }
    })

    it('D4 has() and stat() report a value', async () => {
      const store = await suite.openWith('/x/empty', '/x/one')
      expect(await store.has(Key.parse('/x/one'))).toBe(true)
      const stat = await store.stat(Key.parse('/x/one'))
      expect(stat.size).toBeGreaterThanOrEqual(0)
      expect(typeof stat.etag).toBe('string')
      if (suite.isBinary) expect(stat.size).toBe((suite.value(1) as Uint8Array).length)
      if (suite.isBinary) expect((await store.stat(Key.parse('/x/empty'))).size).toBe(0)
    })

    it('D4 the etag does not change while the value does not', async () => {
      const store = await suite.openWith('/a', '/b')
      const { etag } = await store.stat(Key.of('a'))
      await store.get(Key.of('a'))
      expect((await store.stat(Key.of('a'))).etag).toBe(etag)
    })

    if (suite.isBinary) {
      it('D15 changing the result of get() changes nothing in the store', async () => {
        const store = await suite.openWith('/zero', '/one', '/two')
        const first = (await store.get(Key.of('two'))) as Uint8Array
        first.fill(0x2a)
        expect(await store.get(Key.of('two'))).toEqual(suite.value(2))
        for await (const chunk of store.getStream(Key.of('two'))) chunk.fill(0x2a)
        expect(await store.get(Key.of('two'))).toEqual(suite.value(2))
      })
    }

    it('D8 getMany() yields the values in the requested order, and stops at an absent key', async () => {
      const store = await suite.openWith('/a', '/b', '/c/d')
      const keys = ['/c/d', '/a', '/b', '/a'].map(Key.parse)
      const pairs = await collect(store.getMany(keys))
      expect(pairs.map(({ key }) => String(key))).toEqual(['/c/d', '/a', '/b', '/a'])
      expect(pairs.map(({ value }) => value)).toEqual([2, 0, 1, 0].map(index => suite.value(index)))
      await expectFailure(collect(store.getMany([Key.of('a'), absent])), 'NOT_FOUND', absent)
    })
  })
}
