import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import type { Client } from '../../../../../src/renderer/api/client.ts'
import { HitTree } from '../../../../../src/renderer/features/tree/filter/hit-tree.ts'

/** Replaces the host, which must not be called. */
const host = { call: () => Promise.reject(new Error('the host was asked')) } as unknown as Client

const session = 'session-1'

async function levelOf(tree: HitTree, prefix: string, offset = 0, limit = 100) {
  return tree.client(host).call('levels.rows', { session, prefix, offset, limit })
}

describe('HitTree', () => {
  it('G5 has the keys and the branches above them, a value above others as one row', async () => {
    const tree = new HitTree(['/a', '/a/b', '/a/c/d', '/b'])
    expect(await levelOf(tree, '/')).toEqual({
      rows: [
        { name: 'a', isValue: true, isBranch: true },
        { name: 'b', isValue: true, isBranch: false },
      ],
      count: 2,
      accuracy: 'exact',
      version: 1,
    })
    expect((await levelOf(tree, '/a')).rows).toEqual([
      { name: 'b', isValue: true, isBranch: false },
      { name: 'c', isValue: false, isBranch: true },
    ])
    expect((await levelOf(tree, '/x')).rows).toEqual([])
  })

  it('G5 shows every branch expanded, and keeps the focus when other hits replace the old ones', () => {
    const first = new HitTree(['/a/b/c'])
    expect(first.read().open).toEqual(['/a', '/a/b'])
    first.write({ open: [], focus: '/a/b', top: undefined })
    expect(new HitTree(['/a/b/c', '/d/e'], first).read()).toEqual({
      open: ['/a', '/a/b', '/d'],
      focus: '/a/b',
      top: undefined,
    })
  })

  it('G5 returns any keys level by level, in order, and finds each name', async () => {
    const name = fc.constantFrom('a', 'b', 'a-b', 'ab', 'ü', '😀', ' ')
    const keys = fc
      .uniqueArray(
        fc.array(name, { minLength: 1, maxLength: 3 }).map(names => Key.of(...names)),
        {
          selector: String,
        },
      )
      .map(some => some.toSorted(Key.compare).map(String))
    await fc.assert(
      fc.asyncProperty(keys, async sorted => {
        const tree = new HitTree(sorted)
        const found: string[] = []
        const walk = async (prefix: string): Promise<void> => {
          const { rows } = await levelOf(tree, prefix)
          for (const [index, row] of rows.entries()) {
            const key = prefix === '/' ? `/${row.name}` : `${prefix}/${row.name}`
            const at = await tree.client(host).call('levels.find', { session, prefix, name: row.name })
            expect(at).toMatchObject({ index, isPresent: true })
            expect(tree.has(key)).toBe(true)
            if (row.isValue) found.push(key)
            if (row.isBranch) await walk(key)
          }
        }
        await walk('/')
        expect(found).toEqual(sorted)
      }),
    )
  })
})
