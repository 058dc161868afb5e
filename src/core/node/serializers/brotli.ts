import { promisify } from 'node:util'
import { brotliCompress, createBrotliCompress, createBrotliDecompress } from 'node:zlib'
import type { ByteTransform } from '../../serializers/serializer.ts'
import { throughNode, whole } from './node-stream.ts'

const compress = promisify(brotliCompress)

/** Brotli (RFC 7932), by zlib of Node. The format has no checksum: a changed byte may pass. */
export const brotli: ByteTransform = {
  name: 'brotli',
  encode: async bytes => new Uint8Array(await compress(bytes)),
  decode: bytes => whole(bytes, decompress),
  encodeStream: chunks => throughNode(chunks, createBrotliCompress()),
  decodeStream: decompress,
  isDetached: true,
}

/** Node ignores bytes after the end of a stream, without an error. */
async function* decompress(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const decoder = createBrotliDecompress()
  let length = 0
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks) {
      length += chunk.length
      yield chunk
    }
  }
  yield* throughNode(counted(), decoder)
  if (decoder.bytesWritten < length) throw new TypeError('something follows the end of the brotli stream')
}
