import type { OpenSpan } from './open-span.ts'

/**
 * A stream whose span begins with the first pull and ends with the stream: at its end, when the consumer stops, or when
 * it fails. Pulls and stops are forwarded directly, so the stream can be stopped while it waits, if the stream below
 * can.
 */
export function tracedStream<T>(
  source: AsyncIterable<T>,
  span: OpenSpan,
  sizeOf: (item: T) => number | undefined,
): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => new TracedIterator(source[Symbol.asyncIterator](), span, sizeOf) }
}

class TracedIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #items: AsyncIterator<T>
  readonly #span: OpenSpan
  readonly #sizeOf: (item: T) => number | undefined
  #isStarted = false
  #isLeft = false

  constructor(items: AsyncIterator<T>, span: OpenSpan, sizeOf: (item: T) => number | undefined) {
    this.#items = items
    this.#span = span
    this.#sizeOf = sizeOf
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    this.#begin()
    try {
      const result = await this.#items.next()
      if (result.done !== true) {
        this.#span.count(this.#sizeOf(result.value))
        return result
      }
      this.#span.end()
      return { done: true, value: undefined }
    } catch (error) {
      // A consumer that stops while it waits ends the stream. This is not a failure.
      if (this.#isLeft) this.#span.end()
      else this.#span.fail(error)
      throw error
    }
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    // A stream that was never pulled made no call.
    const isStarted = this.#isStarted
    this.#isLeft = true
    try {
      await this.#items.return?.()
      if (isStarted) this.#span.end()
      return { done: true, value: undefined }
    } catch (error) {
      this.#span.fail(error)
      throw error
    }
  }

  #begin(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.#span.restart()
  }
}
