/** A stream that can be ended from outside with a failure, also while its consumer pauses between two items. */
export class EndableStream<T> implements AsyncIterableIterator<T, undefined> {
  readonly #source: AsyncIterator<T> | Iterator<T>
  readonly #onOver: () => void
  #failure: Error | undefined
  #isOver = false
  #rejectNext: ((failure: Error) => void) | undefined

  /** @param onOver Called once, when the stream has ended, was left, or failed. */
  constructor(source: AsyncIterable<T> | Iterable<T>, onOver: () => void = () => undefined) {
    this.#source = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
    this.#onOver = onOver
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => {
      this.#rejectNext = reject
      this.#pull().then(resolve, reject)
    })
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    try {
      await this.#leave()
    } finally {
      this.#finish()
    }
    return { done: true, value: undefined }
  }

  /** Ends the stream: the item that its consumer waits for, and every later one, fails. */
  end(failure: Error): void {
    if (this.#isOver) return
    this.#failure = failure
    this.#rejectNext?.(failure)
    this.#finish()
    // A source that never answers cannot be waited for.
    void this.#leave().catch(() => undefined)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #pull(): Promise<IteratorResult<T, undefined>> {
    try {
      const step = await this.#source.next()
      if (step.done !== true) return step
      this.#finish()
      return { done: true, value: undefined }
    } catch (error) {
      this.#finish()
      throw error
    }
  }

  async #leave(): Promise<void> {
    await this.#source.return?.()
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#onOver()
  }
}
