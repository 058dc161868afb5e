export interface EndableStreamParts<T> {
  /** Makes the stream. */
  readonly open: (signal: AbortSignal) => AsyncIterable<T>
  /** Makes the first pull, in its time. */
  readonly begin: (pull: () => Promise<IteratorResult<T>>) => Promise<IteratorResult<T>>
  /** The failure of pulls after `end`. */
  readonly ended: (cause: unknown) => unknown
  /** Called once the stream has begun and is over. */
  readonly onEnd: () => void
}

/** A stream that can be ended from outside, also while its consumer pauses between two pulls. */
export class EndableStream<T> implements AsyncIterator<T> {
  readonly #parts: EndableStreamParts<T>
  readonly #ending = new AbortController()
  #first: Promise<IteratorResult<T>> | undefined
  #source: AsyncIterator<T> | undefined
  #isOver = false

  constructor(parts: EndableStreamParts<T>) {
    this.#parts = parts
  }

  async next(): Promise<IteratorResult<T>> {
    if (this.#isEnded()) throw this.#parts.ended(undefined)
    try {
      const step = await this.#pull()
      if (step.done === true) this.#finish()
      return step
    } catch (error) {
      this.#finish()
      throw this.#isEnded() ? this.#parts.ended(error) : error
    }
  }

  async return(): Promise<IteratorResult<T>> {
    const isBegun = this.#source !== undefined
    if (!isBegun) this.#isOver = true
    try {
      await this.#source?.return?.()
    } finally {
      if (isBegun) this.#finish()
    }
    return { done: true, value: undefined }
  }

  /** Ends the stream; later pulls reject. Resolves once its source has ended. */
  async end(): Promise<void> {
    this.#ending.abort()
    // How the source ends is of no interest: its consumer is told that the stream was ended.
    await this.return().catch(() => undefined)
  }

  #pull(): Promise<IteratorResult<T>> {
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined })
    if (this.#first !== undefined) return this.#source?.next() ?? this.#first.then(() => this.#pull())
    this.#first = this.#parts.begin(() => {
      if (this.#isOver) return Promise.resolve({ done: true, value: undefined })
      this.#source = this.#parts.open(this.#ending.signal)[Symbol.asyncIterator]()
      return this.#source.next()
    })
    return this.#first
  }

  #isEnded(): boolean {
    return this.#ending.signal.aborted
  }

  #finish(): void {
    this.#isOver = true
    this.#parts.onEnd()
  }
}
