import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { expectFailure, listAll, type Suite } from './suite.ts'

/** One level of the tree, as a whole. */
export function describeList<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  const names = async (store: Parameters<typeof listAll>[0], prefix: string) =>
    (await listAll(store, Key.parse(prefix))).map(child => child.name)

  describe('list', () => {
    it('D9 an empty store, an absent level and a value without children list no children', async () => {
      const store = await suite.openWith('/a', '/b/c')
      expect(await listAll(await suite.open(), Key.root)).toEqual([])
      for (const prefix of ['/x', '/a', '/b/c', '/b/c/d', '/a/b'])
        expect(await names(store, prefix)).toEqual([])
      const page = await store.list(Key.of('x'))
      expect(page.cursor).toBeUndefined()
      if (page.total !== undefined) expect(page.total).toBe(0)
    })

    it('D9 list() returns one level, each child once, and no descendants', async () => {
      const store = await suite.openWith('/a/x/1', '/a/x/2', '/a/y', '/a/x2/deep/er', '/b')
      expect(await names(store, '/')).toEqual(['a', 'b'])
      expect(await names(store, '/a')).toEqual(['x', 'x2', 'y'])
      expect(await names(store, '/a/x')).toEqual(['1', '2'])
      expect(await names(store, '/a/x2')).toEqual(['deep'])
    })

    it('D9 a child has its key and whether it is a value, a branch or both', async () => {
      const store = await suite.openWith('/t/leaf', '/t/branch/below')
      const children = await listAll(store, Key.of('t'))
      expect(
        children.map(({ name, key, isValue, isBranch }) => [name, String(key), isValue, isBranch]),
      ).toEqual([
        ['branch', '/t/branch', false, true],
        ['leaf', '/t/leaf', true, false],
      ])
      expect(children.map(child => child.key.parent.toString())).toEqual(['/t', '/t'])
    })

    if (suite.hasValueAndBranch) {
      it('D9 a child that is both a value and a branch is listed once, as both', async () => {
        const store = await suite.openWith('/t/both/below/deeper', '/t/both', '/t/only')
        const children = await listAll(store, Key.of('t'))
        expect(children.map(({ name, isValue, isBranch }) => [name, isValue, isBranch])).toEqual([
          ['both', true, true],
          ['only', true, false],
        ])
      })
    }

    if (suite.isBinary) {
      it('D9 the size of a child, if present, is correct', async () => {
        const store = await suite.openWith('/t/s0', '/t/s1', '/t/s2', '/t/branch/x')
        for (const child of await listAll(store, Key.of('t'))) {
          if (!child.isValue) expect(child.size).toBeUndefined()
          else if (child.size !== undefined) expect(child.size).toBe((await store.stat(child.key)).size)
        }
      })
    }

    it('D9 a level is matched by whole segments, so similar prefixes are excluded', async () => {
      const capital = suite.capabilities.manyToOne ? [] : ['A']
      const texts = ['/a/b', '/ab/c', '/a-b/d', '/a.b', '/a:b/e', '/aa', ...capital.map(name => `/${name}/f`)]
      const store = await suite.openWith(...texts.filter(suite.holds))
      const expected = [...capital, 'a', 'a-b', 'a.b', 'a:b', 'aa', 'ab']
      expect(await names(store, '/a')).toEqual(['b'])
      expect(await names(store, '/ab')).toEqual(['c'])
      expect(await names(store, '/')).toEqual(expected.filter(name => suite.holds(`/${name}`)))
    })

    it('K10 D9 names are listed in code-unit order, whatever the order of the puts', async () => {
      const sorted = [
        '!',
        '-',
        '0',
        '10',
        '2',
        ...(suite.capabilities.manyToOne ? [] : ['A', 'B', 'Z']),
        '_',
        'a',
        'a-b',
        'ab',
        'b',
        'é',
        '日',
        '😀',
        '\ufffd',
      ]
      const shuffled = sorted.map((name, index) => ({ name, at: (index * 7) % sorted.length }))
      shuffled.sort((left, right) => left.at - right.at)
      const store = await suite.openWith(...shuffled.map(({ name }) => `/o/${name}`))
      expect(await names(store, '/o')).toEqual(sorted)
    })

    it('D9 listing the children of every branch finds every key', async () => {
      const texts = ['/a', '/b/c/d/e/f', '/b/c/d/g', '/b/h', '/i/j']
      const store = await suite.openWith(...texts)
      const found: string[] = []
      const visit = async (prefix: Key): Promise<void> => {
        for (const child of await listAll(store, prefix)) {
          if (child.isValue) found.push(child.key.toString())
          if (child.isBranch) await visit(child.key)
        }
      }
      await visit(Key.root)
      expect(found).toEqual(texts)
    })

    it('D9 a listed key works in every call', async () => {
      const store = await suite.openWith(...['/deep/er/a:b', '/deep/er/c'].filter(suite.holds))
      for (const child of await listAll(store, Key.parse('/deep/er'))) {
        expect(await store.has(child.key)).toBe(true)
        expect(child.key.lastSegment).toBe(child.name)
      }
      await expectFailure(store.get(Key.parse('/deep/er')), 'NOT_FOUND', Key.parse('/deep/er'))
    })
  })
}
