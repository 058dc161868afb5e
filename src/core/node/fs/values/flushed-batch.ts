import type { BinaryDatastore, CallOptions } from '../../../datastore.ts'
import { OrderedBatch } from '../../../ordered-batch.ts'
import { fsFailure } from '../calls/fs-failure.ts'
import type { FolderGroup } from '../sync/folder-group.ts'

/** A batch that flushes each folder once, when all is applied, and not for each operation. */
export class FlushedBatch extends OrderedBatch<Uint8Array> {
  readonly #group: FolderGroup

  /** @param store Puts its flushes off to `group`. */
  constructor(store: BinaryDatastore, group: FolderGroup) {
    super(store)
    this.#group = group
  }

  override async commit(options?: CallOptions): Promise<void> {
    try {
      await super.commit(options)
    } finally {
      await this.#flush()
    }
  }

  async #flush(): Promise<void> {
    try {
      await this.#group.flush()
    } catch (error) {
      throw fsFailure('commit a batch', undefined, error)
    }
  }
}
