/**
 * Says something at once, and then at most once per `interval` milliseconds, however often it is asked to.
 * What was asked for last is always said.
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

  /** Says what is due now rather than later. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#isDue) return
    this.#isDue = false
    this.#say()
  }

  /** Drops what is due. */
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
