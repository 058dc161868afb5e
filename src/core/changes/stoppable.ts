/**
 * A stream that can be closed during a pending `next`: `return` ends it at once. A stream of changes may be silent for
 * hours, and an async generator alone would make its consumer wait for the next change.
 * @param run Creates the stream at the first pull. Its signal fires when the stream is closed.
 * @param signal Ends the stream with a failure, which `run` throws.
 */
export function stoppable<T>(
  run: (signal: AbortSignal) => AsyncIterable<T>,
  signal?: AbortSignal,
): AsyncIterableIterator<T> {
  return new Stoppable(run, signal)
}

class Stoppable<T> implements AsyncIterableIterator<T> {
  readonly #run: (signal: AbortSignal) => AsyncIterable<T>
  readonly #signal: AbortSignal | undefined
  readonly #left = new AbortController()
  #source: AsyncIterator<T> | undefined

  constructor(run: (signal: AbortSignal) => AsyncIterable<T>, signal: AbortSignal | undefined) {
    this.#run = run
    this.#signal = signal
  }

  async next(): Promise<IteratorResult<T>> {
    if (this.#isLeft()) return { done: true, value: undefined }
    this.#source ??= this.#run(this.#either())[Symbol.asyncIterator]()
    try {
      const result = await this.#source.next()
      return this.#isLeft() ? { done: true, value: undefined } : result
    } catch (error) {
      if (this.#isLeft()) return { done: true, value: undefined }
      throw error
    }
  }

  async return(): Promise<IteratorResult<T>> {
    this.#left.abort()
    await this.#source?.return?.()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #isLeft(): boolean {
    return this.#left.signal.aborted
  }

  #either(): AbortSignal {
    const { signal } = this.#left
    return this.#signal === undefined ? signal : AbortSignal.any([this.#signal, signal])
  }
}
