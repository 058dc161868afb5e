import { afterEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { collect } from '../../../../../src/testkit/suite.ts'
import { bytesOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()

afterEach(() => roots.remove())

describe('queries on a folder', () => {
  it('Q7 Q8 use key, size and time without a scan, and report it', async () => {
    await using store = await FsDatastore.open(await roots.make())
    for (const size of [1, 5, 9]) await store.put(Key.of('a', `s${size}`), bytesOf('x'.repeat(size)))
    await store.put(Key.of('b'), bytesOf('other'))
    const query = {
      prefix: '/a',
      where: {
        and: [{ field: 'size', op: '>', value: 1 } as const, { field: 'mtime', op: '>', value: 0 } as const],
      },
      orderBy: [{ field: 'size', descending: true }],
      keysOnly: true,
      limit: 5,
    }
    expect(store.explainQuery(query)).toEqual({
      store: 'fs',
      native: ['prefix', 'where.size', 'where.mtime', 'orderBy.size', 'limit', 'keysOnly'],
      scanned: [],
    })
    expect((await collect(store.query(query))).map(({ key }) => key.toString())).toEqual(['/a/s9', '/a/s5'])
  })

  it('Q7 Q8 need a scan for conditions on values', async () => {
    await using store = await FsDatastore.open(await roots.make())
    const query = { where: { field: 'city', op: '=', value: 'Rome' } as const }
    expect(store.explainQuery(query).scanned).toEqual(['where.value'])
    await expect(collect(store.query(query))).rejects.toMatchObject({ code: 'QUERY_UNSUPPORTED' })
    expect(await collect(store.query(query, { scan: true }))).toEqual([])
  })
})
