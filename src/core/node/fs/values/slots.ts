import type { Soon } from '../disk/disk.ts'

/** Calls that may have files open at a time, so that thousands at once do not use up what a process may open. */
const AT_ONCE = 64

/** Lets a limited number of calls work on files at a time; the others wait. */
export class Slots {
  #free = AT_ONCE
  readonly #waiting: (() => void)[] = []

  /** Begins at once where a slot is free. Never wait for another call within. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#free--
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  /** The same for work that may have its answer at hand, which is then returned without a promise. */
  soon<T>(work: () => Soon<T>): Soon<T> {
    if (this.#free === 0) return this.run(async () => work())
    this.#free--
    let answer: Soon<T> | undefined
    try {
      answer = work()
      return answer instanceof Promise ? answer.finally(() => this.#leave()) : answer
    } finally {
      if (!(answer instanceof Promise)) this.#leave()
    }
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
