import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Child } from '../../src/core/datastore.ts'
import { Key } from '../../src/core/key.ts'
import { childrenOf, pageLimit, pageOf } from '../../src/core/list-page.ts'
import { MemoryDatastore } from '../../src/core/stores/memory.ts'
import { collect } from '../../src/testkit/suite.ts'

const childNamed = (name: string): Child => ({ name, key: Key.of(name), isValue: true, isBranch: false })

describe('pages of a level', () => {
  it('D9 pageOf() returns the same page as a store', async () => {
    const name = fc.constantFrom('a', 'ab', 'b', 'c', 'd', 'e', 'f')
    const options = fc.record(
      { after: fc.option(name, { nil: undefined }), limit: fc.nat(8), reverse: fc.boolean() },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name), options, async (names, asked) => {
        const store = new MemoryDatastore()
        for (const one of names) await store.put(Key.of(one), new Uint8Array())
        const page = pageOf(names.toSorted().map(childNamed), asked)
        const { children, cursor, total } = await store.list(Key.root, asked)
        expect(page.children.map(child => child.name)).toEqual(children.map(child => child.name))
        expect([page.cursor, page.total]).toEqual([cursor, total])
      }),
    )
  })

  it('D9 pageLimit() defaults to 1000 and rejects values that are not a number of children', () => {
    expect([pageLimit({}), pageLimit({ limit: 0 }), pageLimit({ limit: 7 })]).toEqual([1000, 0, 7])
    for (const limit of [-1, 0.5, Number.NaN]) expect(() => pageLimit({ limit })).toThrow(RangeError)
  })

  it('D9 childrenOf() reads all pages of a level', async () => {
    const store = new MemoryDatastore()
    const names = Array.from({ length: 25 }, (_, index) => String.fromCharCode(97 + index))
    for (const name of names) await store.put(Key.of('level', name), new Uint8Array())
    for (const pageSize of [1, 4, 25, undefined]) {
      const children = await collect(childrenOf(store, Key.of('level'), { pageSize }))
      expect(children.map(child => child.name)).toEqual(names)
    }
    const aborted = childrenOf(store, Key.of('level'), { signal: AbortSignal.abort() })
    await expect(collect(aborted)).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
