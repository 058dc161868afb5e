import { createHash } from 'node:crypto'
import { KeyTransformDatastore } from '../../../../../src/core/adapters/transform/key-transform.ts'
import type { BinaryDatastore } from '../../../../../src/core/datastore.ts'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore, type FsOptions } from '../../../../../src/core/node/fs/fs-datastore.ts'
import type { SuiteOptions } from '../../../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()

function inLayout(
  options: FsOptions,
  around: (store: FsDatastore) => BinaryDatastore = store => store,
): SuiteOptions<Uint8Array> {
  return {
    ...openedAt(
      () => roots.make(),
      async path => around(await FsDatastore.open(path, options)),
    ),
    destroy: () => roots.remove(),
    runs: 5,
  }
}

/** Maps any key to one that flatfs accepts: one segment with the upper-case hex digits of its hash. */
const keysByName = new Map<string, Key>()
const asNames = (store: FsDatastore) =>
  new KeyTransformDatastore(store, {
    to: key => {
      const name = createHash('sha1').update(key.toString()).digest('hex').toUpperCase()
      keysByName.set(name, key)
      return Key.of(name)
    },
    from: key => keysByName.get(key.lastSegment),
  })

/** Maps colons to another character, because py-datastore cannot distinguish `a:b` from `a/b`. */
const withoutColons = (store: FsDatastore) =>
  new KeyTransformDatastore(store, {
    to: key => Key.of(...key.segments.map(one => one.replaceAll('^', '^^').replaceAll(':', '^.'))),
    from: key =>
      Key.of(...key.segments.map(one => one.replace(/\^[.^]/g, two => (two === '^.' ? ':' : '^')))),
  })

const fits = (most: number) => (segment: string) =>
  !segment.includes('\0') && Buffer.byteLength(segment) <= most && segment !== '.strata'

describeDatastore('FsDatastore in layout datastore-fs', {
  ...inLayout({ layout: 'datastore-fs' }),
  hostileSegments: fits(250),
})
describeDatastore('FsDatastore in layout py-datastore, without colons', {
  ...inLayout({ layout: 'py-datastore', extension: '.obj' }, withoutColons),
  hostileSegments: fits(251),
})
describeDatastore(
  'FsDatastore in layout flatfs, under keys of every kind',
  inLayout({ layout: 'flatfs' }, asNames),
)
