import type { ByteSource } from '../datastore.ts'

/** A stream that can be closed before it is read. */
export interface StartedStream<T> extends AsyncIterable<T>, AsyncIterator<T, undefined> {
  next(): Promise<IteratorResult<T, undefined>>
  return(): Promise<IteratorResult<T, undefined>>
}

/**
 * Requests the first item of a stream immediately. If a value is streamed from the key that it is put to, the read then
 * takes its turn before the put, so neither waits for the other. A consumer that does not read the stream to its end
 * must call `return`.
 */
export function startStream<T>(source: AsyncIterable<T>): StartedStream<T> {
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
  let isStarted = false
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next() {
      isStarted = true
      return iterator.next()
    },
    async return() {
      if (!isStarted) closeUnread(source)
      isStarted = true
      await iterator.return?.()
      return { done: true, value: undefined }
    },
  }
}

/** Closes a stream that is not read. Does not wait for it, because a source may never settle. */
export function closeUnread(source: ByteSource): void {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  void Promise.resolve(iterator.return?.()).catch(() => undefined)
}
