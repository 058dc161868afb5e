import { Key } from '../../../../src/core/key.ts'
import { Datastore } from '../../../../src/core/open/datastore.ts'
import { type OrderedOptions, openOrdered } from '../../../../src/core/ordered/open-ordered.ts'
import { PathNames } from '../../../../src/core/ordered/path/path-names.ts'
import { describeDatastore, openedAt } from '../../../contract/describe-datastore.ts'
import { MemoryDriver, type MemoryEngineOptions, MemoryPlace, randomDelay } from '../memory-driver.ts'

/** The suite over engines in memory whose keys are path text. */
function describeOver(
  name: string,
  options: Pick<OrderedOptions, 'separator' | 'leading' | 'prefix'>,
  engine: MemoryEngineOptions,
  runs: number,
): void {
  const { separator, leading } = options
  const names = new PathNames({ separator, leading })
  describeDatastore(`OrderedDatastore in layout path ${name}`, {
    ...openedAt(
      async () => new MemoryPlace(),
      async place =>
        new Datastore(await openOrdered(new MemoryDriver(place, engine), { ...options, layout: 'path' })),
    ),
    runs,
    hostileSegments: segment => {
      const held = [[segment], ['a', segment, segment], [segment, 'a']].map(
        segments => names.bytesOf(Key.of(...segments)) !== undefined,
      )
      return held.every(isHeld => isHeld === held[0]) ? held[0] : undefined
    },
  })
}

describeOver('with separator "/"', {}, {}, 50)
describeOver('with separator ":"', { separator: ':' }, {}, 50)
describeOver('with separator "::"', { separator: '::' }, {}, 50)
describeOver('with a prefix, without a lead', { prefix: '/ds', leading: false }, {}, 10)
describeOver('over a late engine', { separator: ':' }, { delay: randomDelay }, 5)
describeOver('over an engine for one process', {}, { capabilities: { shared: false, keyBytes: 250 } }, 20)
