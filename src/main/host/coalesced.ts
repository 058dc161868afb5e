/**
 * Calls `callback` at the first request, and then at most once per `interval` milliseconds. The last request is always
 * followed by a call.
 */
export class Coalesced {
  readonly #interval: number
  readonly #callback: () => void
  #timer: NodeJS.Timeout | undefined
  #isDue = false

  constructor(interval: number, callback: () => void) {
    this.#interval = interval
    this.#callback = callback
  }

  request(): void {
    if (this.#timer === undefined) this.#callNow()
    else this.#isDue = true
  }

  /** Makes a pending call now. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#isDue) return
    this.#isDue = false
    this.#callback()
  }

  /** Drops a pending call. */
  stop(): void {
    this.#isDue = false
    this.flush()
  }

  #callNow(): void {
    this.#isDue = false
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#isDue) this.#callNow()
    }, this.#interval)
    this.#timer.unref()
    this.#callback()
  }
}
