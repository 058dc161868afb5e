import { afterAll } from 'vitest'
import { LmdbDatastore, type LmdbOptions } from '../../../../../src/core/node/engines/lmdb/lmdb-datastore.ts'
import type { SuiteOptions } from '../../../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { heldByPath } from '../../../ordered/path/held-by-path.ts'
import { TempRoots } from '../../fs/temp-root.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

function describeLmdb(
  name: string,
  options: LmdbOptions,
  suite: Pick<SuiteOptions<Uint8Array>, 'hostileSegments'> = {},
): void {
  describeDatastore(name, {
    ...openedAt(
      () => roots.make(),
      path => LmdbDatastore.open(path, options),
    ),
    ...suite,
    runs: 10,
  })
}

describeLmdb('LmdbDatastore', { layout: 'strata' })
describeLmdb('LmdbDatastore in layout path', { layout: 'path' }, { hostileSegments: heldByPath({}) })
describeLmdb(
  'LmdbDatastore in layout path with another separator, a named database',
  { layout: 'path', separator: '::', prefix: 'ds::', database: 'named', durability: 'full' },
  { hostileSegments: heldByPath({ separator: '::' }) },
)

describeDatastore('LmdbDatastore, read-only', {
  create: async seed => {
    const path = await roots.make()
    const store = await LmdbDatastore.open(path)
    for (const { key, value } of seed) await store.put(key, value)
    await store.close()
    return LmdbDatastore.open(path, { readOnly: true })
  },
})
