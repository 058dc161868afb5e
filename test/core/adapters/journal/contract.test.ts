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
import { describeDatastore, openedAt } from '../../../contract/describe-datastore.ts'
import { TempRoots } from '../../node/fs/temp-root.ts'

const memory = () => new MemoryDatastore()
const inMemory = (store: BinaryDatastore, maxValueBytes?: number) =>
  journal(store, { log: memoryJournal(), maxValueBytes })

const roots = new TempRoots()
afterAll(() => roots.remove())

describeDatastore('journal over memory', { create: () => inMemory(memory()) })
describeDatastore('journal over memory that records no values', { create: () => inMemory(memory(), 0) })
describeDatastore('journal over tiers', {
  create: () => inMemory(new TieredDatastore([memory(), memory()])),
})
describeDatastore('journal over tiers that write back', {
  create: () => inMemory(new TieredDatastore([memory(), memory()], { mode: 'write-back' })),
})
describeDatastore('journal in a folder over a folder', {
  ...openedAt(
    async () => [await roots.make(), await roots.make()] as const,
    async ([logs, values]) => {
      const log = await fileJournal(logs, { durability: 'full' })
      return journal(await FsDatastore.open(values), { log })
    },
    // A journal has one writer. Other instances write past it.
    ([, values]) => FsDatastore.open(values),
  ),
  runs: 5,
})
describeDatastore('journal over journal over shards in a namespace', {
  create: async () =>
    new NamespaceDatastore(
      await inMemory(await inMemory(new ShardedDatastore([memory(), memory()]), 8)),
      Key.parse('/some/where'),
    ),
})
describeDatastore('journal over a read-only store', {
  create: async seed => {
    const store = memory()
    for (const { key, value } of seed) await store.put(key, value)
    return inMemory(readOnly(store))
  },
})
