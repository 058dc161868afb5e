import { afterAll } from 'vitest'
import { cache } from '../../../../src/core/adapters/cache.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { describeDatastore, openedAt } from '../../../contract/describe-datastore.ts'
import { TempRoots } from '../../node/fs/temp-root.ts'
import { heldByPath } from '../../ordered/path/held-by-path.ts'
import { engines, heldBesideLmdb, type Layout } from './engines.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())
const make = () => roots.make()

const heldBy = { strata: undefined, path: heldByPath({}) }

for (const layout of ['strata', 'path'] satisfies Layout[]) {
  describeDatastore(`TieredDatastore of memory and LevelDB, layout ${layout},`, {
    ...openedAt(make, async folder => {
      return new TieredDatastore([new MemoryDatastore(), await engines.leveldb(folder, layout)])
    }),
    hostileSegments: heldBy[layout],
    runs: 5,
  })
  describeDatastore(`cache over LMDB, layout ${layout},`, {
    ...openedAt(make, async folder => cache(await engines.lmdb(folder, layout), { maxEntries: 20 })),
    hostileSegments: heldBy[layout],
    runs: 5,
  })
}
describeDatastore('TieredDatastore of memory and LevelDB that writes back', {
  ...openedAt(make, async folder => {
    return new TieredDatastore<Uint8Array>([new MemoryDatastore(), await engines.leveldb(folder)], {
      mode: 'write-back',
      flushDelay: 1,
    })
  }),
  runs: 5,
})
describeDatastore('ShardedDatastore over LevelDB, LMDB and SQLite', {
  ...openedAt(make, async folder => {
    return new ShardedDatastore([
      await engines.leveldb(folder),
      await engines.lmdb(folder),
      await engines.sqlite(folder),
    ])
  }),
  hostileSegments: heldBesideLmdb,
  runs: 5,
})
