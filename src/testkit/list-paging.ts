import type { Child } from '../core/datastore.ts'
import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { listAll, type Suite } from './suite.ts'

const level = Key.of('level')
const sorted = Array.from({ length: 13 }, (_, index) => `n${String.fromCharCode(97 + index)}`)

/** One level of the tree, page by page. */
export function describeListPaging<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  // Every third child is a branch with several keys below it, which must not be counted or shown.
  const texts = sorted.flatMap((name, index) =>
    index % 3 === 0 ? [`/level/${name}/x`, `/level/${name}/y`] : [`/level/${name}`],
  )
  const open = () => suite.openWith(...texts, '/levels/other', '/leve')
  const names = (children: readonly Child[]) => children.map(child => child.name)

  describe('list, paged', () => {
    it('D9 pages of every size, in both directions, return each child once and in order', async () => {
      const store = await open()
      for (let limit = 1; limit <= sorted.length + 1; limit++) {
        expect(names(await listAll(store, level, { limit }))).toEqual(sorted)
        expect(names(await listAll(store, level, { limit, reverse: true }))).toEqual(sorted.toReversed())
      }
    })

    it('D9 the last page has no cursor, whether it is full or not', async () => {
      const store = await open()
      for (const reverse of [false, true]) {
        expect((await store.list(level, { limit: sorted.length, reverse })).cursor).toBeUndefined()
        expect((await store.list(level, { limit: sorted.length - 1, reverse })).cursor).toBeDefined()
        expect((await store.list(level, { reverse })).cursor).toBeUndefined()
      }
    })

    it('D9 total, if present, counts only this level, on every page', async () => {
      const store = await open()
      const first = await store.list(level, { limit: 2 })
      const second = await store.list(level, { limit: 2, after: first.cursor })
      const empty = await store.list(level, { limit: 0 })
      for (const { total } of [first, second, empty])
        if (total !== undefined) expect(total).toBe(sorted.length)
    })

    it('D9 after starts strictly after a name, whether that name exists or not', async () => {
      const store = await open()
      const past = async (after: string, reverse = false) =>
        names((await store.list(level, { after, reverse })).children)
      expect(await past('nc')).toEqual(sorted.slice(3))
      expect(await past('nc-gone')).toEqual(sorted.slice(3))
      expect(await past('')).toEqual(sorted)
      expect(await past('zzz')).toEqual([])
      expect(await past('nm')).toEqual([])
      expect(await past('nc', true)).toEqual(['nb', 'na'])
      expect(await past('nc-gone', true)).toEqual(['nc', 'nb', 'na'])
      expect(await past('a', true)).toEqual([])
      expect(await past('zzz', true)).toEqual(sorted.toReversed())
    })

    it('D9 after accepts any text, and limit accepts MAX_SAFE_INTEGER', async () => {
      const store = await open()
      const limit = Number.MAX_SAFE_INTEGER
      for (const after of ['', '.', '..', 'n/', 'N', '\0'])
        expect(names((await store.list(level, { after, limit })).children)).toEqual(sorted)
    })

    it('D9 a page with limit 0 is empty; a limit that is not a whole number is a RangeError', async () => {
      const store = await open()
      expect((await store.list(level, { limit: 0 })).children).toEqual([])
      for (const limit of [-1, 1.5, Number.NaN]) {
        await expect(store.list(level, { limit })).rejects.toBeInstanceOf(RangeError)
      }
    })

    if (suite.isWritable) {
      it('D9 paging continues after a child that was deleted in the meantime', async () => {
        const store = await open()
        const first = await store.list(level, { limit: 5 })
        expect(first.cursor).toBeDefined()
        for (const name of ['ne', 'nf']) await store.delete(level.child(name))
        const rest = await store.list(level, { after: first.cursor })
        expect(names(rest.children)).toEqual(sorted.slice(6))
      })
    }
  })
}
