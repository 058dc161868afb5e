/** The pauses between attempts to reach a server, in milliseconds: each is twice as long, up to the longest. */
export const FIRST_PAUSE = 50
export const MAX_PAUSE = 2000

/** Paces the attempts to reach a server. Each pause varies by a quarter, so that many clients do not reconnect at once. */
export class Backoff {
  #next = FIRST_PAUSE
  #wake: (() => void) | undefined
  #hasEnded = false
  readonly #keepsProcess: boolean

  /** @param keepsProcess Whether a program that is otherwise done waits for a pause. */
  constructor({ keepsProcess = true }: { readonly keepsProcess?: boolean } = {}) {
    this.#keepsProcess = keepsProcess
  }

  /** Waits for the next pause, or until `end` is called. @returns Whether to try again, which is false after `end`. */
  async pause(): Promise<boolean> {
    if (this.#hasEnded) return false
    const milliseconds = this.#next * (0.75 + Math.random() / 2)
    this.#next = Math.min(2 * this.#next, MAX_PAUSE)
    await new Promise<void>(done => {
      const timer = setTimeout(done, milliseconds)
      if (!this.#keepsProcess) timer.unref()
      this.#wake = () => {
        clearTimeout(timer)
        done()
      }
    })
    return !this.#hasEnded
  }

  /** The server was reached: the next pause is the shortest again. */
  reset(): void {
    this.#next = FIRST_PAUSE
  }

  /** Ends the pause, and all later ones. */
  end(): void {
    this.#hasEnded = true
    this.#wake?.()
  }
}
