import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { DatastoreError } from '../../errors.ts'
import type { ByteTransform } from '../../serializers/serializer.ts'
import { throughNode, whole } from './node-stream.ts'
import { ZstdFrames } from './zstd-frames.ts'

/** The parts of Node's zlib that exist since 22.15. */
interface ZstdStreams {
  createZstdCompress(options: { readonly params: Readonly<Record<number, number>> }): Transform
  createZstdDecompress(): Transform
}

/** `ZSTD_c_checksumFlag`: without it a changed byte may pass. */
const CHECKSUM_FLAG = 201

/** Whether this runtime has zstd. */
export const hasZstd = isZstd(zlib)

/**
 * Zstandard (RFC 8878) with checksums, by Node's zlib from 22.15 on.
 * @throws DatastoreError `UNSUPPORTED` from every call if the runtime has none: use `gzip` or `brotli` there.
 */
export const zstd: ByteTransform = {
  name: 'zstd',
  encode: bytes => whole(bytes, compress),
  decode: bytes => whole(bytes, decompress),
  encodeStream: compress,
  decodeStream: decompress,
  isDetached: true,
}

async function* compress(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* throughNode(chunks, streams().createZstdCompress({ params: { [CHECKSUM_FLAG]: 1 } }))
}

async function* decompress(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* throughNode(wholeFrames(chunks), streams().createZstdDecompress())
}

async function* wholeFrames(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const frames = new ZstdFrames()
  for await (const chunk of chunks) {
    frames.push(chunk)
    yield chunk
  }
  if (!frames.isWhole) throw new TypeError('the zstd stream was cut')
}

function streams(): ZstdStreams {
  if (!isZstd(zlib)) throw new DatastoreError('UNSUPPORTED', withoutZstd)
  return zlib
}

function isZstd(module: object): module is ZstdStreams {
  return 'createZstdCompress' in module && 'createZstdDecompress' in module
}

/** What to do if there is no zstd. */
export const withoutZstd = `Node.js ${process.version} has no zstd, which came with 22.15; use gzip or brotli`
