/** The pauses between attempts to reach a server, in milliseconds: each is twice as long, up to the longest. */
export const FIRST_PAUSE = 50
export const LONGEST_PAUSE = 2000

/** Paces the attempts to reach a server. Each pause varies by a quarter, so that many clients do not come back at once. */
export class Backoff {
  #next = FIRST_PAUSE
  #wake: (() => void) | undefined
  #isOver = false
  readonly #keepsProcess: boolean

  /** @param keepsProcess Whether a program that is otherwise done waits for a pause. */
  constructor({ keepsProcess = true }: { readonly keepsProcess?: boolean } = {}) {
    this.#keepsProcess = keepsProcess
  }

  /** Resolves after the next pause, or as soon as `end` is called. */
  pause(): Promise<void> {
    if (this.#isOver) return Promise.resolve()
    const milliseconds = this.#next * (0.75 + Math.random() / 2)
    this.#next = Math.min(2 * this.#next, LONGEST_PAUSE)
    return new Promise(done => {
      const timer = setTimeout(done, milliseconds)
      if (!this.#keepsProcess) timer.unref()
      this.#wake = () => {
        clearTimeout(timer)
        done()
      }
    })
  }

  /** The server was reached: the next pause is the shortest again. */
  reset(): void {
    this.#next = FIRST_PAUSE
  }

  /** Ends the pause, and all later ones. */
  end(): void {
    this.#isOver = true
    this.#wake?.()
  }
}
