import { spanOf } from '../../call-context.ts'
import { ChangeQueue } from '../../changes/change-queue.ts'
import { follow } from '../../changes/follow.ts'
import { stoppable } from '../../changes/stoppable.ts'
import type { CallOptions, Change, Datastore } from '../../datastore.ts'
import type { Key } from '../../key.ts'

/** What shards report, told as one. A watch that runs goes on with the shards that come later. */
export class ShardChanges<V> {
  readonly #watches = new Set<(stores: readonly Datastore<V>[]) => void>()
  readonly #queues = new Set<ChangeQueue>()
  #wereMoved = false
  readonly #isElsewhere: (key: Key, options: CallOptions) => Promise<boolean>

  /** @param isElsewhere Whether a key that is gone from one shard is in another one. */
  constructor(isElsewhere: (key: Key, options: CallOptions) => Promise<boolean>) {
    this.#isElsewhere = isElsewhere
  }

  /** @param stores The shards there are, asked for when the watch begins. */
  watch(prefix: Key, stores: () => readonly Datastore<V>[], options: CallOptions): AsyncIterable<Change> {
    return stoppable(either => this.#merged(prefix, stores(), either, options), options.signal)
  }

  /** Lets the watches that run follow these shards too. */
  goOnWith(stores: readonly Datastore<V>[]): void {
    this.#wereMoved = true
    for (const add of this.#watches) add(stores)
  }

  /**
   * Follows a call that may end a key. Once keys were moved, shards cannot be counted on to tell of it: one that compares
   * what it finds with what it knew may never have met a key that came and went.
   */
  ending(key: Key, work: Promise<void>): Promise<void> {
    if (!this.#wereMoved) return work
    return work.finally(() => {
      for (const queue of this.#queues) queue.push({ type: 'delete', key })
    })
  }

  async *#merged(
    prefix: Key,
    stores: readonly Datastore<V>[],
    signal: AbortSignal,
    options: CallOptions,
  ): AsyncIterable<Change> {
    const left = new AbortController()
    const queue = new ChangeQueue(prefix)
    const followed = new Set<Datastore<V>>()
    let running = 0
    const add = (more: readonly Datastore<V>[]) => {
      for (const store of more) {
        if (followed.has(store)) continue
        followed.add(store)
        running++
        void follow(store.watch(prefix, { ...spanOf(options), signal: left.signal }), queue).then(() => {
          if (--running === 0) queue.end()
        })
      }
    }
    this.#watches.add(add)
    this.#queues.add(queue)
    add(stores)
    try {
      for await (const change of queue.read(signal)) yield await this.#told(change, options)
    } finally {
      this.#watches.delete(add)
      this.#queues.delete(queue)
      left.abort()
    }
  }

  /**
   * A key that left one shard for another is not deleted, and may have been put just before. Where nobody can say, since
   * a shard fails or the store is being closed, the watcher is to look for itself.
   */
  async #told({ type, key }: Change, options: CallOptions): Promise<Change> {
    if (type !== 'delete' || !this.#wereMoved) return { type, key }
    try {
      return { type: (await this.#isElsewhere(key, spanOf(options))) ? 'put' : 'delete', key }
    } catch {
      return { type: 'resync', key }
    }
  }
}
