import { concatBytes } from '../bytes.ts'
import type { ByteTransform } from './serializer.ts'

/** gzip (RFC 1952), by the platform's compression streams. */
export const gzip: ByteTransform = {
  name: 'gzip',
  encode: bytes => wholeThrough(bytes, new CompressionStream('gzip')),
  decode: bytes => wholeThrough(bytes, new DecompressionStream('gzip')),
  encodeStream: chunks => through(chunks, new CompressionStream('gzip')),
  decodeStream: chunks => through(chunks, new DecompressionStream('gzip')),
  isDetached: true,
}

interface ByteStreams {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<BufferSource>
}

/** Pipes chunks through a pair of platform streams, as fast as the consumer pulls. */
async function* through(
  chunks: AsyncIterable<Uint8Array>,
  { readable, writable }: ByteStreams,
): AsyncIterable<Uint8Array> {
  const reader = readable.getReader()
  const writing = write(chunks, writable)
  // A failure of the source is also reported by the reading side. This only avoids an unhandled rejection.
  writing.catch(() => undefined)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      yield value
    }
    await writing
  } finally {
    // A consumer that stops early closes the source as well.
    await reader.cancel().catch(() => undefined)
  }
}

/** The whole output of `through` for one chunk. */
async function wholeThrough(bytes: Uint8Array, streams: ByteStreams): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of through(once(bytes), streams)) chunks.push(chunk)
  return concatBytes(chunks)
}

async function write(
  chunks: AsyncIterable<Uint8Array>,
  writable: WritableStream<BufferSource>,
): Promise<void> {
  const writer = writable.getWriter()
  try {
    for await (const chunk of chunks) {
      await writer.ready
      await writer.write(new Uint8Array(chunk))
    }
    await writer.close()
  } catch (error) {
    await writer.abort(error).catch(() => undefined)
    throw error
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
