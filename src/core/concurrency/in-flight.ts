/** The calls that began in one period. */
class Generation {
  #count = 0
  #end: (() => void) | undefined
  readonly leave = (): void => {
    this.#count--
    if (this.#count === 0) this.#end?.()
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  enter(): void {
    this.#count++
  }

  /** Resolves when the last call has left. No further call may enter. */
  ended(): Promise<void> {
    return new Promise(resolve => {
      this.#end = resolve
    })
  }
}

/** Tracks running calls, so that a caller can wait for those that began before a moment, and no others. */
export class InFlight {
  #current = new Generation()
  #before: Promise<void> | undefined

  /** Tracks a call until it ends, and returns it. */
  track<T>(call: Promise<T>): Promise<T> {
    const { leave } = this.#current
    this.#current.enter()
    call.then(leave, leave)
    return call
  }

  /** Resolves once every call that is running now has ended. */
  async ended(): Promise<void> {
    if (!this.#current.isEmpty) {
      const ended = Promise.all([this.#before, this.#current.ended()]).then(() => {
        if (this.#before === ended) this.#before = undefined
      })
      this.#before = ended
      this.#current = new Generation()
    }
    await this.#before
  }
}
