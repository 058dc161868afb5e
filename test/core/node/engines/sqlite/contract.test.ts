import { join } from 'node:path'
import { afterAll } from 'vitest'
import {
  SqliteDatastore,
  type SqliteOptions,
} from '../../../../../src/core/node/engines/sqlite/sqlite-datastore.ts'
import type { SuiteOptions } from '../../../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { heldByPath } from '../../../ordered/path/held-by-path.ts'
import { TempRoots } from '../../fs/temp-root.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

function describeSqlite(
  name: string,
  options: SqliteOptions,
  suite: Pick<SuiteOptions<Uint8Array>, 'hostileSegments'> = {},
): void {
  describeDatastore(name, {
    ...openedAt(
      async () => join(await roots.make(), 'data.db'),
      path => SqliteDatastore.open(path, options),
    ),
    ...suite,
    runs: 10,
  })
}

describeSqlite('SqliteDatastore', {})
describeSqlite('SqliteDatastore in layout path', { layout: 'path' }, { hostileSegments: heldByPath({}) })
describeSqlite(
  'SqliteDatastore in layout path with another separator',
  { layout: 'path', separator: '::', table: 'things', keyColumn: 'name', valueColumn: 'it' },
  { hostileSegments: heldByPath({ separator: '::' }) },
)

describeDatastore('SqliteDatastore, read-only', {
  create: async seed => {
    const path = join(await roots.make(), 'data.db')
    const store = await SqliteDatastore.open(path)
    for (const { key, value } of seed) await store.put(key, value)
    await store.close()
    return SqliteDatastore.open(path, { readOnly: true })
  },
})
