import { callListener } from '../concurrency/emitter.ts'
import { isTransient } from '../errors.ts'

/** Milliseconds before a failed move is retried. Each further wait is twice as long, with jitter. */
const FIRST_WAIT = 50
const MAX_WAIT = 5000

/** How often a failing move is retried once the stack is being closed. */
const LAST_ATTEMPTS = 4

/** The keys of one node that a change of the stack moves. */
export interface KeyMove {
  /** Rejects if a key could not be moved. */
  readonly started: Promise<void>
  /** `stopped`: some keys did not reach their new place, and the move is not running. */
  state(): 'settled' | 'moving' | 'stopped'
  /** Continues with the keys that did not reach their new place. */
  resume(): Promise<void>
  /** Called with a failure after which the move is retried, once. */
  readonly onFailure: ((error: unknown) => void) | undefined
}

/** Moves the keys that changes of a stack move, in the background. Transient failures are retried. */
export class KeyMoves {
  readonly #inTurn: <T>(work: () => T) => Promise<T>
  readonly #running = new Set<Promise<void>>()
  readonly #wakes = new Set<() => void>()
  #isClosing = false

  /** @param inTurn Runs a function while no change of the stack is in progress. */
  constructor(inTurn: <T>(work: () => T) => Promise<T>) {
    this.#inTurn = inTurn
  }

  /**
   * @returns Resolves once every key has moved.
   * @throws the permanent failure of a move.
   */
  run(move: KeyMove): Promise<void> {
    const running = this.#run(move)
    this.#running.add(running)
    const ended = () => void this.#running.delete(running)
    running.then(ended, ended)
    return running
  }

  /**
   * Resolves once all moves have ended.
   * @throws the failure of a move.
   */
  async close(): Promise<void> {
    this.#isClosing = true
    for (const wake of this.#wakes) wake()
    await Promise.all(this.#running)
  }

  async #run(move: KeyMove): Promise<void> {
    let attempt = 0
    let attemptsLeft = LAST_ATTEMPTS
    for (let moved = move.started; ; ) {
      try {
        await moved
        if (move.state() === 'settled') return
      } catch (error) {
        if (!isTransient(error) || (this.#isClosing && --attemptsLeft === 0)) throw error
        if (attempt === 0) callListener(move.onFailure, error)
      }
      attempt++
      await this.#wait(attempt)
      // A change may replace the children of the node in the meantime, and then moves its keys itself.
      const resumed = await this.#inTurn(() => ({
        moved: move.state() === 'stopped' ? move.resume() : undefined,
      }))
      moved = resumed.moved ?? Promise.resolve()
    }
  }

  #wait(attempt: number): Promise<void> {
    const longest = Math.min(MAX_WAIT, FIRST_WAIT * 2 ** Math.min(attempt - 1, 30))
    return new Promise(resolve => {
      const wake = () => {
        clearTimeout(timer)
        this.#wakes.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, longest * Math.random())
      this.#wakes.add(wake)
    })
  }
}
