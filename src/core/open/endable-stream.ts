import type { Maybe } from './call.ts'

/** A stream that can be ended from outside with a failure, even while its consumer is between two items. */
export class EndableStream<T> implements AsyncIterableIterator<T, undefined> {
  readonly #source: AsyncIterator<T> | Iterator<T>
  readonly #onOver: () => void
  #failure: Error | undefined
  #isOver = false
  #rejectNext: ((failure: Error) => void) | undefined

  /** @param onOver Called once, when the stream has ended, was closed, or failed. */
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

  /** Ends the stream: the pending pull and every later one fail. */
  end(failure: Error): void {
    if (this.#isOver) return
    this.#failure = failure
    this.#rejectNext?.(failure)
    this.#finish()
    // A source that never answers cannot be awaited.
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

/** The open streams of one store, in both directions, for a change that cannot wait for all of them. */
export class EndableStreams {
  readonly #puts = new Set<EndableStream<Uint8Array>>()
  /** Streams of values and of query results. */
  readonly #reads = new Set<EndableStream<unknown>>()
  #whenRead: (() => void) | undefined

  /** Registers a stream that is put, until its write has ended. */
  put<T>(stream: EndableStream<Uint8Array>, written: Maybe<T>): Maybe<T> {
    if (!(written instanceof Promise)) return written
    this.#puts.add(stream)
    return written.finally(() => this.#puts.delete(stream))
  }

  /** Registers a stream that is read, until its consumer is done with it. */
  read<T>(items: AsyncIterable<T>): EndableStream<T> {
    const stream: EndableStream<T> = new EndableStream(items, () => {
      this.#reads.delete(stream)
      if (this.#reads.size === 0) this.#whenRead?.()
    })
    this.#reads.add(stream)
    return stream
  }

  endPuts(failure: Error): void {
    for (const put of this.#puts) put.end(failure)
  }

  endReads(failure: Error): void {
    for (const read of this.#reads) read.end(failure)
  }

  /** Resolves once no stream is being read. */
  async readsEnded(): Promise<void> {
    if (this.#reads.size === 0) return
    await new Promise<void>(resolve => {
      this.#whenRead = resolve
    })
  }
}
