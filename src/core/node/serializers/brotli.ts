import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, createBrotliCompress, createBrotliDecompress } from 'node:zlib'
import type { ByteTransform } from '../../serializers/serializer.ts'
import { throughNode } from './node-stream.ts'

const compress = promisify(brotliCompress)
const decompress = promisify(brotliDecompress)

/** Brotli (RFC 7932), by zlib of Node. */
export const brotli: ByteTransform = {
  name: 'brotli',
  encode: async bytes => new Uint8Array(await compress(bytes)),
  decode: async bytes => new Uint8Array(await decompress(bytes)),
  encodeStream: chunks => throughNode(chunks, createBrotliCompress()),
  decodeStream: chunks => throughNode(chunks, createBrotliDecompress()),
}
