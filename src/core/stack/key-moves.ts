import { tell } from '../concurrency/emitter.ts'
import { isTransient } from '../errors.ts'

/** Milliseconds before a move that failed goes on; each further wait is twice as long, with jitter. */
const FIRST_WAIT = 50
const LONGEST_WAIT = 5000

/** How often a move that fails is made again once the stack is to be closed. */
const LAST_ATTEMPTS = 4

/** Keys that a change of a stack put elsewhere, in one node. */
export interface KeyMove {
  /** Rejects where a key could not be moved. */
  readonly begun: Promise<void>
  /** `stopped`: some did not get where they belong, and nobody moves them now. */
  state(): 'settled' | 'moving' | 'stopped'
  /** Goes on with those that are not where they belong. */
  resume(): Promise<void>
  /** Told of a failure after which the move is made again, once. */
  readonly onFailure: ((error: unknown) => void) | undefined
}

/** Moves keys that changes of a stack put elsewhere, in the background. A failure that may pass is tried again. */
export class KeyMoves {
  readonly #inTurn: <T>(work: () => T) => Promise<T>
  readonly #running = new Set<Promise<void>>()
  readonly #wakes = new Set<() => void>()
  #isClosing = false

  /** @param inTurn Does something while no change of the stack is being made. */
  constructor(inTurn: <T>(work: () => T) => Promise<T>) {
    this.#inTurn = inTurn
  }

  /** @returns Resolves once every key has moved. @throws what one could not be moved for, and never will be. */
  run(move: KeyMove): Promise<void> {
    const running = this.#run(move)
    this.#running.add(running)
    const ended = () => void this.#running.delete(running)
    running.then(ended, ended)
    return running
  }

  /** Resolves once all that is being moved has been. @throws what could not be moved. */
  async close(): Promise<void> {
    this.#isClosing = true
    for (const wake of this.#wakes) wake()
    await Promise.all(this.#running)
  }

  async #run(move: KeyMove): Promise<void> {
    let attempt = 0
    let attemptsLeft = LAST_ATTEMPTS
    for (let moved = move.begun; ; ) {
      try {
        await moved
        if (move.state() === 'settled') return
      } catch (error) {
        if (!isTransient(error) || (this.#isClosing && --attemptsLeft === 0)) throw error
        if (attempt === 0) tell(move.onFailure, error)
      }
      attempt++
      await this.#wait(attempt)
      // A change may give the node other children meanwhile, and then moves its keys itself.
      const resumed = await this.#inTurn(() => ({
        moved: move.state() === 'stopped' ? move.resume() : undefined,
      }))
      moved = resumed.moved ?? Promise.resolve()
    }
  }

  #wait(attempt: number): Promise<void> {
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempt - 1, 30))
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
