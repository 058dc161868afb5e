import { afterAll } from 'vitest'
import { journal } from '../../../../src/core/adapters/journal/journal.ts'
import { memoryJournal } from '../../../../src/core/adapters/journal/memory-journal.ts'
import { NamespaceDatastore } from '../../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { readOnly } from '../../../../src/core/layers/lock.ts'
import { FsDatastore } from '../../../../src/core/node/fs/fs-datastore.ts'
import { fileJournal } from '../../../../src/core/node/journal/file-journal.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { describeDatastore } from '../../../contract/describe-datastore.ts'
import { TempRoots } from '../../node/fs/temp-root.ts'

const memory = () => new MemoryDatastore()
const inMemory = (store: BinaryDatastore, maxValueBytes?: number) =>
  journal(store, { log: memoryJournal(), maxValueBytes })

const roots = new TempRoots()
afterAll(() => roots.remove())

describeDatastore('journal over memory', { create: () => inMemory(memory()) })
describeDatastore('journal over memory that records no value', { create: () => inMemory(memory(), 0) })
describeDatastore('journal over tiers', {
  create: () => inMemory(new TieredDatastore([memory(), memory()])),
})
describeDatastore('journal over tiers that write back', {
  create: () => inMemory(new TieredDatastore([memory(), memory()], { mode: 'write-back' })),
})
describeDatastore('journal in a folder over a folder', {
  create: async () => {
    const log = await fileJournal(await roots.make(), { durability: 'full' })
    return journal(await FsDatastore.open(await roots.make()), { log })
  },
  runs: 5,
})
describeDatastore('journal over journal over shards in a namespace', {
  create: async () =>
    new NamespaceDatastore(
      await inMemory(await inMemory(new ShardedDatastore([memory(), memory()]), 8)),
      Key.parse('/some/where'),
    ),
})
describeDatastore('journal over what is read-only', {
  writable: false,
  create: async seed => {
    const store = memory()
    for (const { key, value } of seed) await store.put(key, value)
    return inMemory(readOnly(store))
  },
})
