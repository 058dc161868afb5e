import type { ByteSource } from '../datastore.ts'

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

/**
 * Items that a generator makes of a source. A generator that was never asked for an item runs no code on `return`, so
 * the source is closed here then.
 */
export function derivedStream<T>(
  source: ByteSource,
  items: AsyncIterable<T>,
): AsyncIterableIterator<T, undefined> {
  const iterator = items[Symbol.asyncIterator]()
  let isBegun = false
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next() {
      isBegun = true
      return iterator.next()
    },
    async return() {
      if (!isBegun) closeUnread(source)
      isBegun = true
      await iterator.return?.()
      return { done: true, value: undefined }
    },
  }
}

/** Closes a stream that nobody reads, without waiting for it: a source may never settle. */
export function closeUnread(source: ByteSource): void {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  void Promise.resolve(iterator.return?.()).catch(() => undefined)
}
