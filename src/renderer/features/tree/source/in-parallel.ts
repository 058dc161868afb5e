/** Runs `work` on every item, at most `width` at once; rejects with the first failure, and starts no more then. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const entries = items.entries()
  let hasFailed = false
  const runner = async () => {
    for (const [index, item] of entries) {
      if (hasFailed) return
      try {
        results[index] = await work(item)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, runner))
  return results
}
