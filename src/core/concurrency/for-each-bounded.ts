import { Slices } from './slices.ts'

/**
 * Runs `work` for every item, at most `limit` at a time. Yields to the event loop in between, because the work may
 * never wait. After a failure no new work begins, and the first failure is thrown.
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
