/** Items worked on side by side, so that a store that waits for a disk or a network is not asked one by one. */
const WIDTH = 32

/**
 * What `work` makes of each item, in the order of the items, without those that it makes nothing of. Work that needs no
 * waiting passes through at once; other work is done in windows, each given as soon as it is through.
 */
export async function* inWindows<T, R>(
  batches: AsyncIterable<readonly T[]>,
  work: (item: T) => R | undefined | Promise<R | undefined>,
): AsyncIterable<readonly R[]> {
  for await (const batch of batches) {
    let done: R[] = []
    let window: Promise<R | undefined>[] = []
    for (const item of batch) {
      const result = work(item)
      if (window.length === 0 && !(result instanceof Promise)) {
        if (result !== undefined) done.push(result)
        continue
      }
      window.push(Promise.resolve(result))
      if (window.length < WIDTH) continue
      yield [...done, ...(await settled(window))]
      done = []
      window = []
    }
    yield window.length === 0 ? done : [...done, ...(await settled(window))]
  }
}

async function settled<R>(window: readonly Promise<R | undefined>[]): Promise<R[]> {
  const results = await Promise.all(window)
  return results.filter(result => result !== undefined)
}
