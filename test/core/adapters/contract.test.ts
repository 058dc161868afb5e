import { MountDatastore } from '../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import type { ShardFunctionName } from '../../../src/core/adapters/sharded/shard-function.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import { KeyTransformDatastore, lowercase } from '../../../src/core/adapters/transform/key-transform.ts'
import { nestedPath } from '../../../src/core/adapters/transform/nested-path.ts'
import type { BinaryDatastore, Pair } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { LockableDatastore, readOnly } from '../../../src/core/layers/lock.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { describeDatastore } from '../../contract/describe-datastore.ts'

const memory = () => new MemoryDatastore()
const memories = (count: number) => Array.from({ length: count }, memory)

const tiered = (below: BinaryDatastore) => new TieredDatastore([memory(), memory(), below])
const sharded = (by: ShardFunctionName = 'jump') => new ShardedDatastore(memories(3), { by })

describeDatastore('TieredDatastore', { create: async () => tiered(memory()) })
describeDatastore('TieredDatastore of one tier', { create: async () => new TieredDatastore([memory()]) })
describeDatastore('ShardedDatastore by jump', { create: async () => sharded('jump') })
describeDatastore('ShardedDatastore by modulo', { create: async () => sharded('modulo') })
describeDatastore('ShardedDatastore by rendezvous', { create: async () => sharded('rendezvous') })
describeDatastore('an unlocked LockableDatastore', {
  create: async () => new LockableDatastore(memory(), false),
})
describeDatastore('TieredDatastore over shards', { create: async () => tiered(sharded()) })
describeDatastore('ShardedDatastore over tiers', {
  create: async () => new ShardedDatastore([tiered(memory()), tiered(memory())]),
})
describeDatastore('ShardedDatastore over shards over tiers', {
  create: async () => new ShardedDatastore([new ShardedDatastore([tiered(memory()), memory()]), sharded()]),
})

const seededReadOnly = (open: () => BinaryDatastore) => async (seed: readonly Pair<Uint8Array>[]) => {
  const store = open()
  for (const { key, value } of seed) await store.put(key, value)
  return readOnly(store)
}

describeDatastore('readOnly over memory', { create: seededReadOnly(memory) })
describeDatastore('readOnly over shards', { create: seededReadOnly(sharded) })
describeDatastore('readOnly over tiers over shards', {
  create: seededReadOnly(() => tiered(sharded())),
})
describeDatastore('MountDatastore at the root', { create: async () => new MountDatastore({ '/': memory() }) })
describeDatastore('NamespaceDatastore', {
  create: async () => new NamespaceDatastore(memory(), Key.parse('/some/where')),
})
describeDatastore('NamespaceDatastore over mounts over shards', {
  create: async () =>
    new NamespaceDatastore(
      new MountDatastore({ '/some': sharded(), '/': memory() }),
      Key.parse('/some/where'),
    ),
})
describeDatastore('ShardedDatastore over namespaces of one store', {
  create: async () => {
    const store = memory()
    return new ShardedDatastore([
      new NamespaceDatastore(store, Key.parse('/one')),
      new NamespaceDatastore(store, Key.parse('/two')),
    ])
  },
})
describeDatastore('KeyTransformDatastore that keeps levels', {
  create: async () =>
    new KeyTransformDatastore(memory(), {
      keepsLevels: true,
      to: key => Key.of(...key.segments.map(segment => `p${segment}`)),
      from: key =>
        key.segments.every(segment => segment.length > 1 && segment.startsWith('p'))
          ? Key.of(...key.segments.map(segment => segment.slice(1)))
          : undefined,
    }),
})
describeDatastore('KeyTransformDatastore that reverses keys', {
  create: async () =>
    new KeyTransformDatastore(memory(), { to: key => key.reverse, from: key => key.reverse }),
})
describeDatastore('KeyTransformDatastore by lowercase', {
  create: async () => new KeyTransformDatastore(memory(), lowercase),
  sameKeys: [Key.of('Films'), Key.of('fILMS')],
  hostileSegments: segment => segment === segment.toLowerCase(),
})
describeDatastore('KeyTransformDatastore by nestedPath', {
  create: async () => new KeyTransformDatastore(memory(), nestedPath()),
})
