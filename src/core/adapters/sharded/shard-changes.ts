import { ChangeQueue, follow } from '../../changes/change-queue.ts'
import { stoppable } from '../../changes/stoppable.ts'
import type { Change } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import { type Call, Cancel, type Maybe } from '../../open/call.ts'
import type { OpenStore } from '../../open/open-store.ts'

/** Merges the changes that shards report. A running watch also follows shards that are added later. */
export class ShardChanges {
  readonly #watches = new Set<(stores: readonly OpenStore[]) => void>()
  readonly #queues = new Set<ChangeQueue>()
  #wereMoved = false
  readonly #isElsewhere: (key: Key, call: Call) => Maybe<boolean>

  /** @param isElsewhere Whether a key that left one shard is in another one. */
  constructor(isElsewhere: (key: Key, call: Call) => Maybe<boolean>) {
    this.#isElsewhere = isElsewhere
  }

  /** @param stores The current shards, read when the watch begins. */
  watch(prefix: Key, stores: () => readonly OpenStore[], call: Call): AsyncIterable<Change> {
    const own = call.uncancelled.with({ recursive: call.options.recursive })
    return stoppable(either => this.#merged(prefix, stores(), either, own), call.signal)
  }

  /** Makes running watches follow these shards too. */
  addStores(stores: readonly OpenStore[]): void {
    this.#wereMoved = true
    for (const add of this.#watches) add(stores)
  }

  /**
   * Reports that a key may have ended, once `work` is done. After keys were moved, shards cannot be relied on to report
   * it: a shard that compares states may never have seen a key that came and went.
   */
  ending<T>(key: Key, work: Maybe<T>): Maybe<T> {
    if (!this.#wereMoved) return work
    const notify = () => {
      for (const queue of this.#queues) queue.push({ type: 'delete', key })
    }
    if (work instanceof Promise) return work.finally(notify)
    notify()
    return work
  }

  async *#merged(
    prefix: Key,
    stores: readonly OpenStore[],
    signal: AbortSignal,
    call: Call,
  ): AsyncIterable<Change> {
    const left = Cancel.under(undefined)
    const queue = new ChangeQueue(prefix)
    const followed = new Set<OpenStore>()
    let running = 0
    const add = (more: readonly OpenStore[]) => {
      for (const store of more) {
        if (followed.has(store)) continue
        followed.add(store)
        running++
        void follow(store.watch(prefix, call.under(left)), queue).then(() => {
          if (--running === 0) queue.end()
        })
      }
    }
    this.#watches.add(add)
    this.#queues.add(queue)
    add(stores)
    try {
      for await (const change of queue.read(signal)) yield await this.#verified(change, call)
    } finally {
      this.#watches.delete(add)
      this.#queues.delete(queue)
      left.abort()
    }
  }

  /**
   * A key that left one shard for another is not deleted, and may have been put just before. If that cannot be
   * determined, because a shard fails or the store is being closed, the watcher gets `resync`.
   */
  async #verified({ type, key }: Change, call: Call): Promise<Change> {
    if (type !== 'delete' || !this.#wereMoved) return { type, key }
    try {
      return { type: (await this.#isElsewhere(key, call)) ? 'put' : 'delete', key }
    } catch {
      return { type: 'resync', key }
    }
  }
}
