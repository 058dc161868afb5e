/**
 * Calls `say` at the first request, and then at most once per `interval` milliseconds. The last request is always
 * followed by a call.
 */
export class Coalesced {
  readonly #interval: number
  readonly #say: () => void
  #timer: NodeJS.Timeout | undefined
  #isDue = false

  constructor(interval: number, say: () => void) {
    this.#interval = interval
    this.#say = say
  }

  request(): void {
    if (this.#timer === undefined) this.#sayNow()
    else this.#isDue = true
  }

  /** Makes a pending call now. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#isDue) return
    this.#isDue = false
    this.#say()
  }

  /** Drops a pending call. */
  stop(): void {
    this.#isDue = false
    this.flush()
  }

  #sayNow(): void {
    this.#isDue = false
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#isDue) this.#sayNow()
    }, this.#interval)
    this.#timer.unref()
    this.#say()
  }
}
