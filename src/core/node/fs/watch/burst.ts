import { setImmediate } from 'node:timers/promises'

/** More events than this in one turn, and the system's own queue (16,384 on Linux) may have lost some. */
const MOST_IN_A_TURN = 12_000

/**
 * Notices when the system tells more in one turn of the event loop than it may have been able to keep. The queue is one
 * for the process, so all that is watched in it counts, and may have lost something.
 */
class Burst {
  readonly #listeners = new Set<() => void>()
  #inTurn = 0

  /** @returns A function that ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Counts an event. */
  note(): void {
    if (this.#inTurn === 0) {
      void setImmediate().then(() => {
        this.#inTurn = 0
      })
    }
    this.#inTurn++
    if (this.#inTurn === MOST_IN_A_TURN) for (const listener of this.#listeners) listener()
  }
}

export const burst = new Burst()
