/** A stream that may be closed before anybody read from it. */
export interface Begun<T> extends AsyncIterable<T>, AsyncIterator<T, undefined> {
  next(): Promise<IteratorResult<T, undefined>>
  return(): Promise<IteratorResult<T, undefined>>
}

/**
 * Asks a stream for its first item at once. A stream that reads the very key it is put to then takes its turn before
 * the put does, and neither waits for the other. Whoever does not read it to its end has to call `return`.
 */
export function begun<T>(source: AsyncIterable<T>): Begun<T> {
  const iterator = source[Symbol.asyncIterator]()
  let first: Promise<IteratorResult<T>> | undefined = iterator.next()
  // Whoever reads the stream gets the failure.
  first.catch(() => undefined)
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next() {
      const step = first ?? iterator.next()
      first = undefined
      return step
    },
    async return() {
      await iterator.return?.()
      return { done: true, value: undefined }
    },
  }
}
