/**
 * What `work` makes of each item, in the order of the items, with up to `width` of them under way at once. Work that
 * gives its result without a promise is passed on as it comes.
 */
export async function* mapAhead<T, R>(
  items: AsyncIterable<T>,
  width: number,
  work: (item: T) => R | Promise<R>,
): AsyncIterable<R> {
  const underWay: Promise<R>[] = []
  try {
    for await (const item of items) {
      const result = work(item)
      if (!(result instanceof Promise) && underWay.length === 0) {
        yield result
        continue
      }
      const pending = Promise.resolve(result)
      // Whoever waits for it hears of a failure; until then it is not unhandled.
      pending.catch(() => undefined)
      underWay.push(pending)
      if (underWay.length >= width) yield await (underWay.shift() as Promise<R>)
    }
    while (underWay.length > 0) yield await (underWay.shift() as Promise<R>)
  } finally {
    await Promise.allSettled(underWay)
  }
}
