/**
 * A stream that can be left while it is being waited for: `return` ends it at once, a pending `next` included. A stream
 * of changes may say nothing for hours, and an async generator alone would keep its consumer that long.
 * @param run Makes the stream, when it is first asked for an item. Its signal fires when the stream is left.
 * @param signal Ends the stream with its failure, as `run` sees to.
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
