import { setImmediate } from 'node:timers/promises'

/** More events than this in one turn, and the system's own queue (16,384 on Linux) may have lost some. */
const MOST_IN_A_TURN = 12_000

/** Notices when the system tells more in one turn of the event loop than it may have been able to keep. */
export class Burst {
  #inTurn = 0

  /** Counts an event. @returns Whether others may have been lost; once in a turn. */
  note(): boolean {
    if (this.#inTurn === 0) {
      void setImmediate().then(() => {
        this.#inTurn = 0
      })
    }
    this.#inTurn++
    return this.#inTurn === MOST_IN_A_TURN
  }
}
