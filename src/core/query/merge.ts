/**
 * Merges several sequences that are ordered by `compare`. Ties go to the earlier source. Holds one item of each. When
 * one fails, or the consumer stops, all of them are closed.
 */
export async function* mergeOrdered<T>(
  sources: readonly AsyncIterable<T>[],
  compare: (a: T, b: T) => number,
): AsyncIterable<T> {
  const iterators = sources.map(source => source[Symbol.asyncIterator]())
  const heads: Head<T>[] = []
  try {
    const first = await Promise.all(iterators.map(iterator => iterator.next()))
    for (const [index, next] of first.entries()) {
      if (next.done !== true) insert(heads, { item: next.value, index }, compare)
    }
    for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
      yield head.item
      const next = await iterators[head.index]?.next()
      if (next !== undefined && next.done !== true)
        insert(heads, { item: next.value, index: head.index }, compare)
    }
  } finally {
    await Promise.allSettled(iterators.map(async iterator => iterator.return?.()))
  }
}

/** The next item of one source. */
interface Head<T> {
  readonly item: T
  readonly index: number
}

/** Keeps the heads sorted, with the first one at the end, where removing it is cheap. */
function insert<T>(heads: Head<T>[], head: Head<T>, compare: (a: T, b: T) => number): void {
  let low = 0
  let high = heads.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = heads[middle] as Head<T>
    const difference = compare(other.item, head.item) || other.index - head.index
    if (difference > 0) low = middle + 1
    else high = middle
  }
  heads.splice(low, 0, head)
}
