import { ChangeQueue } from '../../../changes/change-queue.ts'
import type { Change } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'
import { fsFailure } from '../calls/fs-failure.ts'
import type { OpenFolder } from '../open/open-folder.ts'
import { TreeWatch } from './tree-watch.ts'

/** The watches that are open on a store. */
export class StoreWatches {
  readonly #folder: OpenFolder
  readonly #open = new Map<ChangeQueue, TreeWatch>()

  constructor(folder: OpenFolder) {
    this.#folder = folder
  }

  /** Watches from the first pull on. */
  async *read(prefix: Key, signal: AbortSignal): AsyncIterable<Change> {
    const queue = new ChangeQueue(prefix)
    const tree = new TreeWatch(
      this.#folder,
      prefix,
      change => queue.push(change),
      error => queue.end({ error: fsFailure('watch', prefix, error) }),
    )
    this.#open.set(queue, tree)
    try {
      tree.start()
      yield* queue.read(signal)
    } finally {
      await tree.stop()
      this.#open.delete(queue)
    }
  }

  /** Ends every watch, and waits until nothing looks at the folder any more. */
  async close(): Promise<void> {
    const open = [...this.#open]
    for (const [queue] of open) queue.end()
    await Promise.all(open.map(([, tree]) => tree.stop()))
  }
}
