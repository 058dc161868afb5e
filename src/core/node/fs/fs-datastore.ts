import { Datastore } from '../../open/datastore.ts'
import { Disk } from './disk/disk.ts'
import type { FsOptions } from './fs-options.ts'
import { checkOptions } from './fs-options.ts'
import { FsStore } from './fs-store.ts'
import type { LayoutName } from './layout.ts'
import { openFolder } from './open/open-folder.ts'

export type { FsOptions } from './fs-options.ts'

/** Bytes in files of a folder. */
export class FsDatastore extends Datastore {
  /** The real path of the folder. */
  readonly path: string
  readonly layout: LayoutName

  private constructor(store: FsStore) {
    super(store)
    this.path = store.path
    this.layout = store.layout
  }

  /**
   * Opens a folder.
   * @param disk Makes the file operations; a test passes one of its own to see what failures do.
   * @throws DatastoreError `CONFIG_INVALID` where there is no such folder or it has another layout, `ACCESS_DENIED`, `IO`
   */
  static async open(path: string, options: FsOptions = {}, disk?: Disk): Promise<FsDatastore> {
    const checked = checkOptions(options)
    const own = checked.inline ? new Disk() : Disk.pooled()
    return new FsDatastore(new FsStore(await openFolder(path, checked, disk ?? own)))
  }
}
