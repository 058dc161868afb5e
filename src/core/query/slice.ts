/** Skips `offset` items of all batches together, gives `limit`, and asks for no batch more than that takes. */
export async function* slice<T>(
  batches: AsyncIterable<readonly T[]>,
  offset: number,
  limit: number,
): AsyncIterable<readonly T[]> {
  if (limit === 0) return
  let toSkip = offset
  let toGive = limit
  for await (const batch of batches) {
    const rest = batch.slice(toSkip, toSkip + toGive)
    toSkip = Math.max(0, toSkip - batch.length)
    toGive -= rest.length
    if (rest.length > 0) yield rest
    if (toGive === 0) return
  }
}
