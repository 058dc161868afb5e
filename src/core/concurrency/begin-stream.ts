import { streamFromFirst } from '../stream-from-first.ts'

/** A stream whose first item is there already: what stops it from beginning is thrown at once. */
export async function beginStream<T>(source: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const items = source[Symbol.asyncIterator]()
  return streamFromFirst(await items.next(), items)
}
