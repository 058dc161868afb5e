import { MountDatastore } from '../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { Key } from '../../../src/core/key.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { openOrdered } from '../../../src/core/ordered/open-ordered.ts'
import { describeDatastore, openedAt } from '../../contract/describe-datastore.ts'
import { MemoryDriver, type MemoryEngineOptions, MemoryPlace, randomDelay } from './memory-driver.ts'

/** The suite over engines in memory with the given options. */
function describeOver(name: string, options: MemoryEngineOptions, runs: number): void {
  describeDatastore(name, {
    ...openedAt(
      async () => new MemoryPlace(),
      async place => new Datastore(await openOrdered(new MemoryDriver(place, options))),
    ),
    runs,
  })
}

describeOver('OrderedDatastore over a synchronous engine', {}, 50)
describeOver('OrderedDatastore over an asynchronous engine', { delay: randomDelay }, 5)
describeOver('OrderedDatastore over an engine with columns', { columns: true }, 20)
describeOver(
  'OrderedDatastore over an asynchronous engine with columns',
  { columns: true, delay: randomDelay },
  5,
)
describeOver(
  'OrderedDatastore over an engine for one process with limits',
  { capabilities: { shared: false, conditions: 'process', keyBytes: 250, valueBytes: 20_000 } },
  10,
)
describeOver(
  'OrderedDatastore over an engine that writes one record',
  { capabilities: { commit: false } },
  10,
)

// Queries run partly in the engine, so a query above has to allow scans.
describeDatastore('NamespaceDatastore over a mount of an ordered engine', {
  ...openedAt(
    async () => new MemoryPlace(),
    async place => {
      const mount = new MountDatastore({
        '/': new Datastore(await openOrdered(new MemoryDriver(place))),
      })
      return new NamespaceDatastore(mount, Key.of('engine', 'below'))
    },
  ),
  runs: 5,
})
