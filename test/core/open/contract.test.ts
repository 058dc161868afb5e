import { cache } from '../../../src/core/adapters/cache.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import { MINIMAL } from '../../../src/core/capabilities.ts'
import { Key } from '../../../src/core/key.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { describeDatastore } from '../../contract/describe-datastore.ts'
import { MapStore, SlowStore } from './map-store.ts'

describeDatastore('a store with only the four required calls', {
  create: async () => new Datastore(new MapStore()),
})
describeDatastore('a slow store with only the four required calls', {
  create: async () => new Datastore(new SlowStore()),
})

/** Accepts only short keys and values, like some servers. */
class LimitedStore extends MapStore {
  override readonly capabilities = {
    ...MINIMAL,
    limits: { keyBytes: 200, segmentBytes: 60, valueBytes: 16_384 },
  }
}
const limited = () => new Datastore(new LimitedStore())
describeDatastore('a store with limits', { create: async () => limited(), runs: 5 })
describeDatastore('NamespaceDatastore over shards with limits', {
  create: async () => new NamespaceDatastore(new ShardedDatastore([limited(), limited()]), Key.of('some')),
  runs: 5,
})
describeDatastore('TieredDatastore over a cache of a store with limits', {
  create: async () => new TieredDatastore([new MemoryDatastore(), cache(limited())]),
  runs: 5,
})
