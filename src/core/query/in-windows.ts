/** Items processed concurrently, so that a store behind a disk or a network is not asked one by one. */
const WIDTH = 32

/**
 * The results of `work` in the order of the items, without `undefined`. Synchronous results pass through at once. Other
 * work runs in windows; the results of each are yielded as soon as the window is complete.
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
