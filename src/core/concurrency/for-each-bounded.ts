import { Slices } from './slices.ts'

/**
 * Does `work` for every item, at most `limit` at a time, in slices: it may be work that never waits. After a failure
 * nothing new begins; the first one is thrown.
 */
export async function forEachBounded<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  const failures: unknown[] = []
  const slices = new Slices()
  const worker = async (): Promise<void> => {
    try {
      while (failures.length === 0) {
        const next = await iterator.next()
        if (next.done === true) return
        await work(next.value)
        if (slices.isOver) await slices.pause()
      }
    } catch (error) {
      failures.push(error)
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  if (failures.length === 0) return
  await iterator.return?.()
  throw failures[0]
}
