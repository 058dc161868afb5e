/** Calls that may have files open at a time, so that thousands at once do not use up what a process may open. */
const AT_ONCE = 64

/** Lets a limited number of calls work on files at a time; the others wait. */
export class Slots {
  #free = AT_ONCE
  readonly #waiting: (() => void)[] = []

  /** Never wait for another call within. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#free--
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}
