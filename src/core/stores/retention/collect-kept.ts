import { chunksOf, concatBytes, ownCopy } from '../../bytes.ts'
import type { ByteSource } from '../../datastore.ts'
import type { Key } from '../../key.ts'

/**
 * The bytes of a source, or none and only a size that is too large: the source is read no further than it takes to
 * know that its value cannot be kept.
 */
export async function collectKept(
  source: ByteSource,
  key: Key,
  signal: AbortSignal | undefined,
  canKeep: (size: number) => boolean,
): Promise<{ readonly bytes: Uint8Array; readonly size: number }> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunksOf(source, key, signal)) {
    size += chunk.length
    if (!canKeep(size)) return { bytes: new Uint8Array(), size }
    chunks.push(ownCopy(chunk))
  }
  return { bytes: concatBytes(chunks), size }
}
