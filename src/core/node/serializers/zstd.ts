import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { concatBytes } from '../../bytes.ts'
import { DatastoreError } from '../../errors.ts'
import type { ByteTransform } from '../../serializers/serializer.ts'
import { throughNode } from './node-stream.ts'

/** What zlib of Node has since 22.15. */
interface ZstdStreams {
  createZstdCompress(): Transform
  createZstdDecompress(): Transform
}

/** Whether this runtime has zstd. */
export const hasZstd = isZstd(zlib)

/**
 * Zstandard (RFC 8878), by zlib of Node from 22.15 on.
 * @throws DatastoreError `UNSUPPORTED` from every call where the runtime has none: use `gzip` or `brotli` there.
 */
export const zstd: ByteTransform = {
  name: 'zstd',
  encode: bytes => whole(bytes, 'createZstdCompress'),
  decode: bytes => whole(bytes, 'createZstdDecompress'),
  encodeStream: chunks => through(chunks, 'createZstdCompress'),
  decodeStream: chunks => through(chunks, 'createZstdDecompress'),
}

async function* through(
  chunks: AsyncIterable<Uint8Array>,
  create: keyof ZstdStreams,
): AsyncIterable<Uint8Array> {
  if (!isZstd(zlib)) throw new DatastoreError('UNSUPPORTED', withoutZstd)
  yield* throughNode(chunks, zlib[create]())
}

async function whole(bytes: Uint8Array, create: keyof ZstdStreams): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of through(once(bytes), create)) chunks.push(chunk)
  return concatBytes(chunks)
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

function isZstd(module: object): module is ZstdStreams {
  return 'createZstdCompress' in module && 'createZstdDecompress' in module
}

/** What to do where there is no zstd. */
export const withoutZstd = `Node.js ${process.version} has no zstd, which came with 22.15; use gzip or brotli`
