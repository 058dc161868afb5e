import { FsDatastore, type FsOptions } from '../../../../src/core/node/fs/fs-datastore.ts'
import type { SuiteOptions } from '../../../../src/testkit/suite.ts'
import { describeDatastore } from '../../../contract/describe-datastore.ts'
import { TempRoots } from './temp-root.ts'

const roots = new TempRoots()

function onDisk(options: FsOptions): SuiteOptions<Uint8Array> {
  const again = (store: unknown) => {
    if (!(store instanceof FsDatastore)) throw new TypeError('This is not an FsDatastore')
    return FsDatastore.open(store.path, options)
  }
  return {
    async create(seed) {
      const root = await roots.make()
      const store = await FsDatastore.open(root, { ...options, readOnly: false })
      for (const { key, value } of seed) await store.put(key, value)
      if (options.readOnly !== true) return store
      await store.close()
      return FsDatastore.open(root, options)
    },
    destroy: () => roots.remove(),
    reopen: again,
    beside: again,
  }
}

/** In plain layout the path is the key, so a segment has to be a valid file name. */
const asFiles = {
  hostileSegments: (segment: string) => !segment.includes('\0') && Buffer.byteLength(segment) <= 255,
}

describeDatastore('FsDatastore in layout strata', onDisk({}))
describeDatastore('FsDatastore in layout plain', { ...onDisk({ layout: 'plain' }), ...asFiles })
describeDatastore('FsDatastore, flushed', { ...onDisk({ durability: 'full' }), runs: 3 })
describeDatastore('FsDatastore, read-only', onDisk({ readOnly: true }))
describeDatastore('FsDatastore that follows links', {
  ...onDisk({ layout: 'plain', followLinks: true }),
  ...asFiles,
})
