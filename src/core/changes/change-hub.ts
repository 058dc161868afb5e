import type { CallOptions, Change } from '../datastore.ts'
import type { Key } from '../key.ts'
import { ChangeQueue } from './change-queue.ts'
import { stoppable } from './stoppable.ts'

/** Tells the watchers of a store what is changed through it. */
export class ChangeHub {
  readonly #queues = new Set<ChangeQueue>()

  /** Whether anybody listens: if not, a change need not be told. */
  get isHeard(): boolean {
    return this.#queues.size > 0
  }

  tell(change: Change): void {
    for (const queue of this.#queues) queue.push(change)
  }

  /** Changes from the first pull on. @param assertOpen Fails where the store is closed. */
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
