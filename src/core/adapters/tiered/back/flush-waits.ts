import { orAbort } from '../../../concurrency/abortable.ts'
import type { CallOptions } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'
import { type Flusher, flushFailure } from './flusher.ts'
import type { Unflushed } from './unflushed.ts'

/** What a call waits for before it can be made: that something is flushed. */
export class FlushWaits<V> {
  readonly #unflushed: Unflushed<V>
  readonly #flusher: Flusher<V>

  constructor(unflushed: Unflushed<V>, flusher: Flusher<V>) {
    this.#unflushed = unflushed
    this.#flusher = flusher
  }

  /** Waits until there is room for one more write, while flushing makes some. Each call needs its `release`. */
  async forRoom(action: string, key: Key, size: number, { signal }: CallOptions): Promise<void> {
    while (!this.#unflushed.reserve(size)) {
      if (this.#unflushed.entries === 0) {
        // All room is promised to writes that the first tier has yet to take: flushing would make none.
        await orAbort(this.#unflushed.released(), signal, action, key)
        continue
      }
      const failed = await orAbort(this.#flusher.round(), signal, action, key)
      if (failed === undefined) continue
      if (this.#unflushed.reserve(size)) return
      throw flushFailure(action, failed)
    }
  }

  /** Makes sure that nothing is unflushed of some keys, so that the tiers below can be asked. */
  async forKeys(action: string, keys: readonly Key[], { signal }: CallOptions): Promise<void> {
    if (this.#unflushed.entries === 0) return
    const failed = await orAbort(this.#flusher.round(), signal, action, keys[0])
    if (failed !== undefined && keys.some(key => this.#unflushed.find(key) !== undefined)) {
      throw flushFailure(action, failed)
    }
  }
}
