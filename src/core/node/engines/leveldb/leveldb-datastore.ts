import { Datastore } from '../../../open/datastore.ts'
import { openOrdered } from '../../../ordered/open-ordered.ts'
import type { OrderedStore } from '../../../ordered/ordered-store.ts'
import { type KeyLayoutOptions, layoutOptionsOf } from '../key-layout.ts'
import { openLevel } from './open-level.ts'

/** How a LevelDB folder is opened. */
export interface LevelOptions extends KeyLayoutOptions {
  /**
   * Refuse every write with `READ_ONLY`, and leave the folder unchanged: a copy is opened, which shows the folder as it
   * was then, even while another program has it open. Default false.
   */
  readonly readOnly?: boolean | undefined
  /** Make the folder, or a LevelDB in an empty one. Default true. */
  readonly create?: boolean | undefined
  /** What a put waits for. `none` (default): the system's memory. `full`: the device. */
  readonly durability?: 'none' | 'full' | undefined
  /**
   * Let reads run on the calling thread, for at most 4 ms in each turn of the event loop. Default true, because that is
   * many times as fast. Set it to false in a program whose thread must never wait for a disk.
   */
  readonly inline?: boolean | undefined
}

/** Bytes in a LevelDB folder, which only this process can have open. Needs the package `classic-level`. */
export class LevelDatastore extends Datastore {
  private constructor(store: OrderedStore) {
    super(store)
  }

  /**
   * Opens a folder.
   * @throws DatastoreError `CONFIG_INVALID` if it contains no LevelDB or one with another layout, or the package is
   * missing; `CONFLICT` if another program has it open; `ACCESS_DENIED`, `CORRUPT`, `IO`
   */
  static async open(path: string, options: LevelOptions = {}): Promise<LevelDatastore> {
    const { readOnly = false, create = true, durability = 'none', inline = true } = options
    const layout = layoutOptionsOf(options)
    const { driver, gate } = await openLevel(path, { readOnly, create, inline })
    try {
      const durable = durability === 'full'
      return new LevelDatastore(await openOrdered(driver, { ...layout, readOnly, durable, gate }))
    } catch (error) {
      await driver.close()
      throw error
    }
  }
}
