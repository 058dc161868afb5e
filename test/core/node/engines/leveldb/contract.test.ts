import { afterAll } from 'vitest'
import {
  LevelDatastore,
  type LevelOptions,
} from '../../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'
import type { SuiteOptions } from '../../../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { heldByPath } from '../../../ordered/path/held-by-path.ts'
import { TempRoots } from '../../fs/temp-root.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

function describeLevel(
  name: string,
  options: LevelOptions,
  suite: Pick<SuiteOptions<Uint8Array>, 'hostileSegments'> = {},
): void {
  describeDatastore(name, {
    ...openedAt(
      () => roots.make(),
      path => LevelDatastore.open(path, options),
    ),
    ...suite,
    runs: 10,
  })
}

describeLevel('LevelDatastore', { layout: 'strata' })
describeLevel('LevelDatastore in layout path', { layout: 'path' }, { hostileSegments: heldByPath({}) })
describeLevel(
  'LevelDatastore in layout path with another separator',
  { layout: 'path', separator: ':', prefix: 'ds:' },
  { hostileSegments: heldByPath({ separator: ':' }) },
)
describeLevel('LevelDatastore without reads on this thread', { layout: 'strata', inline: false })

describeDatastore('LevelDatastore, read-only', {
  create: async seed => {
    const path = await roots.make()
    const store = await LevelDatastore.open(path)
    for (const { key, value } of seed) await store.put(key, value)
    await store.close()
    return LevelDatastore.open(path, { readOnly: true })
  },
})
