import { Datastore } from '../../../../src/core/open/datastore.ts'
import { type OrderedOptions, openOrdered } from '../../../../src/core/ordered/open-ordered.ts'
import { describeDatastore, openedAt } from '../../../contract/describe-datastore.ts'
import { MemoryDriver, type MemoryEngineOptions, MemoryPlace, randomDelay } from '../memory-driver.ts'
import { heldByPath } from './held-by-path.ts'

/** The suite over engines in memory whose keys are path text. */
function describeOver(
  name: string,
  options: Pick<OrderedOptions, 'separator' | 'leading' | 'prefix'>,
  engine: MemoryEngineOptions,
  runs: number,
): void {
  describeDatastore(`OrderedDatastore in layout path ${name}`, {
    ...openedAt(
      async () => new MemoryPlace(),
      async place =>
        new Datastore(await openOrdered(new MemoryDriver(place, engine), { ...options, layout: 'path' })),
    ),
    runs,
    hostileSegments: heldByPath(options),
  })
}

describeOver('with separator "/"', {}, {}, 50)
describeOver('with separator ":"', { separator: ':' }, {}, 50)
describeOver('with separator "::"', { separator: '::' }, {}, 50)
describeOver('with a prefix, without a lead', { prefix: '/ds', leading: false }, {}, 10)
describeOver('over an asynchronous engine', { separator: ':' }, { delay: randomDelay }, 5)
describeOver('over an engine for one process', {}, { capabilities: { shared: false, keyBytes: 250 } }, 20)
