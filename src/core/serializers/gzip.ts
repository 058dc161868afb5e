import type { ByteTransform } from './serializer.ts'
import { through, wholeThrough } from './web-stream.ts'

/** gzip (RFC 1952), by the platform's compression streams. */
export const gzip: ByteTransform = {
  name: 'gzip',
  encode: bytes => wholeThrough(bytes, new CompressionStream('gzip')),
  decode: bytes => wholeThrough(bytes, new DecompressionStream('gzip')),
  encodeStream: chunks => through(chunks, new CompressionStream('gzip')),
  decodeStream: chunks => through(chunks, new DecompressionStream('gzip')),
  isDetached: true,
}
