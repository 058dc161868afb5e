import { NamespaceDatastore } from '../../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { SymlinkDatastore } from '../../../../src/core/adapters/symlink/symlink.ts'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { describeDatastore } from '../../../contract/describe-datastore.ts'
import { BreakableDatastore } from '../breakable.ts'

const memory = () => new MemoryDatastore()
const over = (store: BinaryDatastore) => new SymlinkDatastore(store, { links: memory() })
const runs = 20

describeDatastore('SymlinkDatastore', { create: async () => over(memory()) })
describeDatastore('SymlinkDatastore over stores that answer with promises', {
  create: async () => new SymlinkDatastore(new BreakableDatastore(), { links: new BreakableDatastore() }),
  runs,
})
describeDatastore('SymlinkDatastore over shards, links in a namespace beside the values', {
  create: async () => {
    const shared = memory()
    const values = new ShardedDatastore([new NamespaceDatastore(shared, Key.of('values')), memory()])
    return new SymlinkDatastore(values, { links: new NamespaceDatastore(shared, Key.of('links')) })
  },
  runs,
})
describeDatastore('TieredDatastore over symlinks over symlinks', {
  create: async () => new TieredDatastore([memory(), over(over(memory()))]),
  runs,
})
