/** Calls that began while it was the current one. */
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

  /** Resolves when the last call has left; nobody may enter any more. */
  ended(): Promise<void> {
    return new Promise(resolve => {
      this.#end = resolve
    })
  }
}

/** Knows the calls that are running, so that one can wait for those that began before a moment, and for no others. */
export class InFlight {
  #current = new Generation()
  #before: Promise<void> | undefined

  /** Counts a call in until it ends, and gives it back. */
  track<T>(call: Promise<T>): Promise<T> {
    const { leave } = this.#current
    this.#current.enter()
    call.then(leave, leave)
    return call
  }

  /** Resolves once every call that runs now has ended. */
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
