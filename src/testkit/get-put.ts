import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { mebibyte } from './samples.ts'
import { collect, expectFailure, type Suite, walkKeys } from './suite.ts'

const key = Key.of('a', 'b')

/** Writing whole values. */
export function describeGetPut<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  describe('put', () => {
    it('D1 each put replaces the whole previous value', async () => {
      const store = await suite.open()
      for (const value of [...suite.samples, ...suite.samples.toReversed()]) {
        await store.put(key, value)
        expect(await store.get(key)).toEqual(value)
      }
    })

    if (suite.isBinary && suite.takes({ valueBytes: mebibyte.length })) {
      it('D1 a value of 1 MiB is stored and returned whole', async () => {
        const store = await suite.open()
        await store.put(key, mebibyte as V)
        expect(Buffer.compare((await store.get(key)) as Uint8Array, mebibyte)).toBe(0)
        expect((await store.stat(key)).size).toBe(mebibyte.length)
      })
    }

    if (suite.isBinary) {
      it('D34 a value that is not bytes, such as a string, is a TypeError and changes nothing', async () => {
        const store = await suite.openWith('/kept')
        for (const value of [
          'text',
          '',
          1,
          null,
          undefined,
          true,
          {},
          new ArrayBuffer(2),
        ] as unknown as V[]) {
          await expect(store.put(Key.of('kept'), value)).rejects.toBeInstanceOf(TypeError)
          await expect(store.put(key, value)).rejects.toBeInstanceOf(TypeError)
          await expect(store.putNew(key, value)).rejects.toBeInstanceOf(TypeError)
        }
        expect(await store.get(Key.of('kept'))).toEqual(suite.value(0))
        expect((await store.list(Key.root)).children.map(child => child.name)).toEqual(['kept'])
      })
    }

    if (suite.isBinary) {
      it('D15 changing the buffer after put() changes nothing in the store', async () => {
        const store = await suite.open()
        const buffer = new Uint8Array([1, 2, 3])
        const writing = store.put(key, buffer as V)
        buffer.fill(9)
        await writing
        expect(await store.get(key)).toEqual(new Uint8Array([1, 2, 3]))
        buffer.set([4, 5, 6])
        await store.put(key, buffer.subarray(1, 3) as V)
        buffer.fill(9)
        expect(await store.get(key)).toEqual(new Uint8Array([5, 6]))
      })
    }

    if (suite.isBinary) {
      it('D15 changing a list of chunks after put() changes nothing in the store', async () => {
        const store = await suite.open()
        const chunks = [new Uint8Array([1, 2]), new Uint8Array(), new Uint8Array([3])]
        const writing = store.put(key, chunks as V)
        for (const chunk of chunks) chunk.fill(9)
        chunks.length = 1
        await writing
        expect(await store.get(key)).toEqual(new Uint8Array([1, 2, 3]))
      })
    }

    if (suite.isBinary) {
      it('D15 a Node Buffer is stored, and returned as the same bytes', async () => {
        const store = await suite.open()
        await store.put(key, Buffer.from('pooled') as unknown as V)
        expect(new Uint8Array((await store.get(key)) as Uint8Array)).toEqual(
          new TextEncoder().encode('pooled'),
        )
      })
    }

    it('D4 the etag of a put is the etag of the stored version, and another value has another etag', async () => {
      const store = await suite.open()
      const etags = new Set<string>()
      for (const value of suite.samples) {
        const { etag } = await store.put(key, value)
        expect((await store.stat(key)).etag).toBe(etag)
        etags.add(etag)
      }
      expect(etags.size).toBe(suite.samples.length)
    })

    it('D35 D15 put() resolves to plain data, which holds only the etag', async () => {
      const result = await (await suite.open()).put(key, suite.value(1))
      expect(structuredClone(result)).toEqual({ etag: result.etag })
    })

    it('D6 putNew() stores under a new child and returns its full key', async () => {
      const store = await suite.open()
      const made = new Set<string>()
      const prefixes = ['/', '/a', '/a/deep:er'].filter(suite.holds)
      for (const prefix of prefixes.map(Key.parse)) {
        for (const index of [0, 1]) {
          const fresh = await store.putNew(prefix, suite.value(index))
          expect(fresh.parent.toString()).toBe(prefix.toString())
          expect(await store.get(fresh)).toEqual(suite.value(index))
          made.add(fresh.toString())
        }
      }
      expect(made.size).toBe(2 * prefixes.length)
    })

    it('D36 the root cannot hold a value: a put or rename to it is KEY_INVALID', async () => {
      const store = await suite.openWith('/a')
      await expectFailure(store.put(Key.root, suite.value(0)), 'KEY_INVALID', Key.root)
      await expectFailure(store.rename(Key.of('a'), Key.root), 'KEY_INVALID', Key.root)
      expect(await store.has(Key.root)).toBe(false)
      expect(await store.has(Key.of('a'))).toBe(true)
    })

    it('D1 a key put through one Key object is readable through another', async () => {
      const store = await suite.open()
      await store.put(Key.parse('//a/b/'), suite.value(2))
      expect(await store.get(Key.of('a').child('b'))).toEqual(suite.value(2))
      expect((await collect(store.getMany([Key.root.child(key)]))).length).toBe(1)
    })

    const [above, below] = [Key.of('v'), Key.of('v', 'w')]
    if (!suite.hasValueAndBranch) {
      it('D44 valueAndBranch: a put above or below a value is CONFLICT if it is not declared', async () => {
        const store = await suite.openWith('/v', '/x/y')
        await expectFailure(store.put(below, suite.value(1)), 'CONFLICT', below)
        await expectFailure(store.put(Key.of('x'), suite.value(2)), 'CONFLICT', Key.of('x'))
        expect(await store.get(above)).toEqual(suite.value(0))
        expect(await walkKeys(store)).toEqual(['/v', '/x/y'])
      })
      return
    }

    it('D44 valueAndBranch: a key may hold a value above and below others', async () => {
      const store = await suite.openWith('/v')
      await store.put(below, suite.value(1))
      expect(await store.get(above)).toEqual(suite.value(0))
      expect(await store.get(below)).toEqual(suite.value(1))
      await store.delete(above)
      expect(await store.get(below)).toEqual(suite.value(1))
      await store.put(above, suite.value(2))
      await store.delete(below)
      expect(await store.get(above)).toEqual(suite.value(2))
    })
  })
}
