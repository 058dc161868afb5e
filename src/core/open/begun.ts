import type { ByteSource } from '../datastore.ts'

/** A stream that can be closed before anybody reads from it. */
export interface Begun<T> extends AsyncIterable<T>, AsyncIterator<T, undefined> {
  next(): Promise<IteratorResult<T, undefined>>
  return(): Promise<IteratorResult<T, undefined>>
}

/**
 * Requests the first item of a stream immediately. A stream that reads the key it is put to then takes its turn before
 * the put does, so neither waits for the other. A consumer that does not read it to its end must call `return`.
 */
export function begun<T>(source: AsyncIterable<T>): Begun<T> {
  const iterator = source[Symbol.asyncIterator]()
  let first: Promise<IteratorResult<T>> | undefined = iterator.next()
  // The consumer of the stream gets the failure.
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
 * A stream of items that a generator derives from a source. A generator that was never pulled runs no code on `return`,
 * so in that case this closes the source itself.
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

/** Closes a stream that nobody reads. Does not wait for it, because a source may never settle. */
export function closeUnread(source: ByteSource): void {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  void Promise.resolve(iterator.return?.()).catch(() => undefined)
}
