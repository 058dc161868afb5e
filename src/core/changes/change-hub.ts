import type { CallOptions, Change } from '../datastore.ts'
import type { Key } from '../key.ts'
import { ChangeQueue } from './change-queue.ts'
import { stoppable } from './stoppable.ts'

/** Reports changes made through a store to its watchers. */
export class ChangeHub {
  readonly #queues = new Set<ChangeQueue>()

  /** Whether there are watchers. If not, changes need not be reported. */
  get hasWatchers(): boolean {
    return this.#queues.size > 0
  }

  emit(change: Change): void {
    for (const queue of this.#queues) queue.push(change)
  }

  /**
   * Changes from the first pull on.
   * @param assertOpen Throws if the store is closed.
   */
  watch(prefix: Key, { signal }: CallOptions, assertOpen: () => void): AsyncIterable<Change> {
    return stoppable(either => this.#read(prefix, either, assertOpen), signal)
  }

  /** Ends every stream. */
  close(): void {
    for (const queue of this.#queues) queue.end()
  }

  async *#read(prefix: Key, signal: AbortSignal, assertOpen: () => void): AsyncIterable<Change> {
    assertOpen()
    const queue = new ChangeQueue(prefix)
    this.#queues.add(queue)
    try {
      yield* queue.read(signal)
    } finally {
      this.#queues.delete(queue)
    }
  }
}
