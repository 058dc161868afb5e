import { Datastore } from '../../../open/datastore.ts'
import { openOrdered } from '../../../ordered/open-ordered.ts'
import type { OrderedStore } from '../../../ordered/ordered-store.ts'
import { type KeyLayoutOptions, layoutOptionsOf } from '../key-layout.ts'
import { openLmdb } from './open-lmdb.ts'

/** How an LMDB file is opened. */
export interface LmdbOptions extends KeyLayoutOptions {
  /** Refuse every write with `READ_ONLY`. Files that stock LMDB wrote are always read-only. Default false. */
  readonly readOnly?: boolean | undefined
  /** Make the folder or file. Default true. */
  readonly create?: boolean | undefined
  /** What a put waits for. `none` (default): that others can see it. `full`: the device. */
  readonly durability?: 'none' | 'full' | undefined
  /** The name of a database in the file. Default: the main database. */
  readonly database?: string | undefined
}

/** Bytes in an LMDB file that other processes may have open as well. Needs the package `lmdb`. */
export class LmdbDatastore extends Datastore {
  private constructor(store: OrderedStore) {
    super(store)
  }

  /**
   * Opens a file, or the one in a folder. A new path becomes a folder, unless it ends in `.mdb` or `.lmdb`.
   * @throws DatastoreError `CONFIG_INVALID` if there is no LMDB file, it has another layout, or the package is missing;
   * `ACCESS_DENIED`, `CORRUPT`, `IO`
   */
  static async open(path: string, options: LmdbOptions = {}): Promise<LmdbDatastore> {
    const { readOnly = false, create = true, durability = 'none', database } = options
    const layout = layoutOptionsOf(options)
    const { driver, gate } = await openLmdb(path, { readOnly, create, database })
    try {
      const isReadOnly = readOnly || !driver.capabilities.writable
      const durable = durability === 'full'
      return new LmdbDatastore(await openOrdered(driver, { ...layout, readOnly: isReadOnly, durable, gate }))
    } catch (error) {
      await driver.close()
      throw error
    }
  }
}
