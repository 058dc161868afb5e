import { describe } from 'vitest'
import { cache } from '../../../../src/core/adapters/cache.ts'
import { NamespaceDatastore } from '../../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore, type WriteMode } from '../../../../src/core/adapters/tiered/tiered.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { fault } from '../../../../src/core/layers/fault.ts'
import { Datastore } from '../../../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { describeDatastore } from '../../../contract/describe-datastore.ts'
import { SlowStore } from '../../open/map-store.ts'
import { ObjectStore } from '../../query/object-store.ts'

const memory = () => new MemoryDatastore()
const sharded = () => new ShardedDatastore([memory(), memory(), memory()])
const tiered = (mode: WriteMode, ...tiers: readonly BinaryDatastore[]) =>
  new TieredDatastore<Uint8Array>(tiers, { mode, flushDelay: 1 })
/** A slow tier, so that writes stay unflushed while the suite runs. */
const slow = (store: BinaryDatastore = memory()) => fault(store, { latency: 1, verbs: ['put', 'delete'] })

describeDatastore('TieredDatastore that writes around', {
  create: async () => tiered('write-around', memory(), memory(), memory()),
  runs: 10,
})
describeDatastore('TieredDatastore that writes back', {
  create: async () => tiered('write-back', memory(), memory(), memory()),
})
describeDatastore('TieredDatastore that writes back slowly', {
  create: async () => tiered('write-back', memory(), slow()),
  runs: 10,
})
describeDatastore('TieredDatastore that writes back, with low limits', {
  create: async () =>
    new TieredDatastore<Uint8Array>([new MemoryDatastore({ maxEntries: 2 }), slow()], {
      mode: 'write-back',
      maxUnflushedEntries: 2,
      maxUnflushedBytes: 2000,
    }),
  runs: 10,
})
describeDatastore('TieredDatastore that writes back to shards', {
  create: async () => tiered('write-back', memory(), sharded()),
  runs: 10,
})
describeDatastore('ShardedDatastore over tiers that write back', {
  create: async () =>
    new ShardedDatastore([
      tiered('write-back', memory(), slow()),
      tiered('write-around', memory(), memory()),
    ]),
  runs: 10,
})
describeDatastore('NamespaceDatastore over tiers that write back to tiers that write back', {
  create: async () =>
    new NamespaceDatastore(
      tiered('write-back', memory(), tiered('write-back', memory(), slow())),
      Key.parse('/some/where'),
    ),
  runs: 10,
})
describeDatastore('TieredDatastore of objects that writes back', {
  create: async () => new TieredDatastore([new ObjectStore(), new ObjectStore()], { mode: 'write-back' }),
  samples: [null, { a: 1 }, [1, '2'], 'text', 0],
  runs: 10,
})
describe.each<WriteMode>(['write-through', 'write-around', 'write-back'])(
  'over stores that answer with promises',
  mode => {
    const later = () => new Datastore(new SlowStore())
    describeDatastore(`TieredDatastore, ${mode}`, {
      create: async () => tiered(mode, later(), memory(), later()),
      runs: 5,
    })
  },
)
describeDatastore('cache over a store that answers with promises', {
  create: async () => cache(new Datastore(new SlowStore()), { maxEntries: 3, negativeTtl: 60_000 }),
  runs: 5,
})
