import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { collect, expectFailure, type Suite } from './suite.ts'

const present = Key.of('p', 'present')
const absent = Key.of('p', 'absent')

/** `create`, `replace`, `ifMatch`. */
export function describePreconditions<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  const open = () => suite.open([{ key: present, value: suite.value(1) }])

  describe('preconditions', () => {
    it('D2 create: false on an absent key is NOT_FOUND, and writes nothing', async () => {
      const store = await open()
      await expectFailure(store.put(absent, suite.value(0), { create: false }), 'NOT_FOUND', absent)
      expect(await store.has(absent)).toBe(false)
      await store.put(present, suite.value(2), { create: false })
      expect(await store.get(present)).toEqual(suite.value(2))
    })

    it('D61 replace: false on a present key is ALREADY_EXISTS, and changes nothing', async () => {
      const store = await open()
      await expectFailure(store.put(present, suite.value(0), { replace: false }), 'ALREADY_EXISTS', present)
      expect(await store.get(present)).toEqual(suite.value(1))
      await store.put(absent, suite.value(2), { replace: false })
      expect(await store.get(absent)).toEqual(suite.value(2))
    })

    it('D61 exactly one of several concurrent puts with replace: false succeeds, and its value stays', async () => {
      const store = await suite.open()
      const values = Array.from({ length: 8 }, (_, index) => suite.value(index))
      const results = await Promise.allSettled(
        values.map(value => store.put(absent, value, { replace: false })),
      )
      const winners = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []))
      expect(winners).toHaveLength(1)
      expect(await store.get(absent)).toEqual(values[winners[0] ?? -1])
    })

    it('D62 create: false with replace: false is a TypeError', async () => {
      const store = await open()
      for (const key of [present, absent]) {
        const put = store.put(key, suite.value(0), { create: false, replace: false })
        await expect(put).rejects.toBeInstanceOf(TypeError)
      }
    })

    it('D33 a put with a current etag succeeds, one with a stale etag is CONFLICT', async () => {
      const store = await open()
      const { etag } = await store.stat(present)
      const next = await store.put(present, suite.value(2), { ifMatch: etag })
      await expectFailure(store.put(present, suite.value(3), { ifMatch: etag }), 'CONFLICT', present)
      expect(await store.get(present)).toEqual(suite.value(2))
      await store.put(present, suite.value(3), { ifMatch: next.etag })
      expect(await store.get(present)).toEqual(suite.value(3))
    })

    it('D33 ifMatch on a deleted key is CONFLICT, and creates nothing', async () => {
      const store = await open()
      const { etag } = await store.stat(present)
      await store.delete(present)
      await expectFailure(store.put(present, suite.value(0), { ifMatch: etag }), 'CONFLICT', present)
      expect(await store.has(present)).toBe(false)
    })

    it('D33 exactly one of several concurrent puts with the same etag succeeds', async () => {
      const store = await open()
      const { etag } = await store.stat(present)
      const puts = [2, 3, 4, 5].map(index => store.put(present, suite.value(index), { ifMatch: etag }))
      const results = await Promise.allSettled(puts)
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    it('D3 a delete with a stale etag is CONFLICT, and deletes nothing', async () => {
      const store = await open()
      const { etag } = await store.stat(present)
      const next = await store.put(present, suite.value(2))
      await expectFailure(store.delete(present, { ifMatch: etag }), 'CONFLICT', present)
      expect(await store.get(present)).toEqual(suite.value(2))
      await store.delete(present, { ifMatch: next.etag })
      expect(await store.has(present)).toBe(false)
    })

    if (suite.isBinary) {
      it('D2 preconditions apply to streamed puts too', async () => {
        const store = await open()
        const stream = () => [new Uint8Array([7]), new Uint8Array([8])] as unknown as V
        await expectFailure(store.put(present, stream(), { replace: false }), 'ALREADY_EXISTS', present)
        await expectFailure(store.put(absent, stream(), { create: false }), 'NOT_FOUND', absent)
        await expectFailure(store.put(present, stream(), { ifMatch: 'stale' }), 'CONFLICT', present)
        expect(await collect(store.getMany([present]))).toEqual([{ key: present, value: suite.value(1) }])
        expect(await store.has(absent)).toBe(false)
      })
    }
  })
}
