import { DirectoryDatastore } from '../../../../src/core/adapters/directory/directory.ts'
import { DirectoryTreeDatastore } from '../../../../src/core/adapters/directory/directory-tree.ts'
import { NamespaceDatastore } from '../../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { symlink } from '../../../../src/core/adapters/symlink/symlink.ts'
import { Key } from '../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { describeDatastore } from '../../../contract/describe-datastore.ts'

const memory = () => new MemoryDatastore()
const runs = 10

describeDatastore('DirectoryDatastore', {
  create: async () => new DirectoryDatastore(memory(), { members: memory() }),
  runs,
})
describeDatastore('DirectoryTreeDatastore', {
  create: async () => new DirectoryTreeDatastore(memory(), { members: memory() }),
  runs,
})
describeDatastore('DirectoryTreeDatastore over symlinks over shards, members beside the values', {
  create: async () => {
    const shared = memory()
    const values = new ShardedDatastore([memory(), new NamespaceDatastore(shared, Key.of('values'))])
    return new DirectoryTreeDatastore(symlink(values, { links: memory() }), {
      members: new NamespaceDatastore(shared, Key.of('members')),
    })
  },
  runs,
})
