/** The bytes from `start` up to, not including, `end` of a stream, which is read no further than that. */
export async function* cutRange(
  chunks: AsyncIterable<Uint8Array>,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncIterable<Uint8Array> {
  let position = 0
  for await (const chunk of chunks) {
    const from = Math.max(0, start - position)
    const to = Math.min(chunk.length, end - position)
    if (from < to) yield from === 0 && to === chunk.length ? chunk : chunk.slice(from, to)
    position += chunk.length
    if (position >= end) return
  }
}
