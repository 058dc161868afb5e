import * as zlib from 'node:zlib'
import { Decompress } from 'fzstd'
import { concatBytes } from '../../../core/bytes.ts'
import { ZstdFrames } from '../../../core/node/serializers/zstd-frames.ts'
import type { Compression, Unpacked, Unpacking } from '../../../core/values/pipeline.ts'
import { StageError } from '../../../core/values/stage-error.ts'

/** Compression with Node's zlib. If Node lacks zstd (before 22.15), a JavaScript decoder reads it; writing fails. */
export const compression: Compression = {
  unpack(stage, bytes, limit) {
    try {
      return UNPACK[stage](bytes, limit)
    } catch (error) {
      throw stageError(error, limit)
    }
  },
  pack(stage, content, like) {
    return new Uint8Array(PACK[stage](content, like))
  },
}

type Unpack = (bytes: Uint8Array, limit: number) => Unpacked

const UNPACK: Readonly<Record<Unpacking, Unpack>> = {
  gzip: unpackGzip,
  zlib: unpackZlib,
  deflate: (bytes, limit) => wholeStream(inflate(zlib.inflateRawSync, bytes, limit), bytes.length),
  brotli: (bytes, limit) => wholeStream(inflate(zlib.brotliDecompressSync, bytes, limit), bytes.length),
  zstd: unpackZstd,
}

const PACK: Readonly<Record<Unpacking, (content: Uint8Array, like: Uint8Array) => Uint8Array>> = {
  gzip: packGzip,
  zlib: packZlib,
  deflate: content => zlib.deflateRawSync(content),
  // The highest quality takes a second per megabyte and saves only a few percent.
  brotli: content =>
    zlib.brotliCompressSync(content, {
      params: {
        [zlib.constants.BROTLI_PARAM_QUALITY]: 9,
        [zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
  zstd: packZstd,
}

/** What a synchronous zlib function returns with the option `info`. */
interface Inflated {
  readonly buffer: Uint8Array
  /** Despite its name, `bytesWritten` is the number of input bytes that were consumed. */
  readonly engine: { readonly bytesWritten: number }
}

type Inflate = (bytes: Uint8Array, options: { info: true; maxOutputLength: number }) => unknown

function inflate(call: Inflate, bytes: Uint8Array, limit: number): Inflated {
  return call(bytes, { info: true, maxOutputLength: Math.max(1, limit) }) as Inflated
}

function wholeStream({ buffer, engine }: Inflated, length: number): Unpacked {
  if (engine.bytesWritten < length)
    throw new StageError(`${length - engine.bytesWritten} bytes follow its end`)
  return { bytes: buffer }
}

const GZIP_HEAD = 10
const FLAGS = 3
const GZIP_LEVEL = 8
const [HAS_CHECKSUM, HAS_EXTRA, HAS_NAME, HAS_COMMENT, RESERVED] = [2, 4, 8, 16, 0xe0]
const GZIP_TAIL = 8

/** One or more members (RFC 1952). */
function unpackGzip(bytes: Uint8Array, limit: number): Unpacked {
  const parts: Uint8Array[] = []
  let left = limit
  let at = 0
  do {
    const start = gzipBody(bytes, at)
    const { buffer, engine } = inflate(zlib.inflateRawSync, bytes.subarray(start), left)
    const end = start + engine.bytesWritten
    assertGzipTail(bytes, end, buffer)
    parts.push(buffer)
    left -= buffer.length
    at = end + GZIP_TAIL
  } while (at < bytes.length)
  const members = parts.length
  const readOnly = members === 1 ? undefined : `it holds ${members} members, which would become one`
  return { bytes: parts.length === 1 && parts[0] !== undefined ? parts[0] : concatBytes(parts), readOnly }
}

/** Where the compressed data of a member begins. */
function gzipBody(bytes: Uint8Array, start: number): number {
  const flags = bytes[start + FLAGS] ?? 0
  if (bytes[start] !== 0x1f || bytes[start + 1] !== 0x8b) {
    throw new StageError(
      start === 0 ? 'not gzip' : `${bytes.length - start} bytes that are not gzip follow its end`,
    )
  }
  if (bytes[start + 2] !== 8 || (flags & RESERVED) !== 0) throw new StageError('an unknown form of gzip')
  let at = start + GZIP_HEAD
  if ((flags & HAS_EXTRA) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & flag) === 0) continue
    const end = bytes.indexOf(0, at)
    if (end < 0) throw new StageError('it ends within its header')
    at = end + 1
  }
  if ((flags & HAS_CHECKSUM) !== 0) at += 2
  if (at >= bytes.length) throw new StageError('it ends within its header')
  return at
}

function assertGzipTail(bytes: Uint8Array, at: number, content: Uint8Array): void {
  if (bytes.length < at + GZIP_TAIL) throw new StageError('it ends too early')
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, GZIP_TAIL)
  if (view.getUint32(0, true) !== zlib.crc32(content))
    throw new StageError('its checksum does not match its content')
  if (view.getUint32(4, true) !== content.length % 2 ** 32)
    throw new StageError('its size does not match its content')
}

/** Compresses with the header of `like`: its name, time, comment, system, and its level if the header contains it. */
function packGzip(content: Uint8Array, like: Uint8Array): Uint8Array {
  if (like.length === 0) return zlib.gzipSync(content)
  const head = like.subarray(0, gzipBody(like, 0))
  const level = { 2: 9, 4: 1 }[head[GZIP_LEVEL] ?? 0]
  const tail = new DataView(new ArrayBuffer(GZIP_TAIL))
  tail.setUint32(0, zlib.crc32(content), true)
  tail.setUint32(4, content.length % 2 ** 32, true)
  const body = zlib.deflateRawSync(content, level === undefined ? {} : { level })
  return concatBytes([head, body, new Uint8Array(tail.buffer)])
}

function unpackZlib(bytes: Uint8Array, limit: number): Unpacked {
  const flags = bytes[1] ?? 0
  if ((flags & 0x20) !== 0) throw new StageError('it needs a dictionary that is not part of it')
  return wholeStream(inflate(zlib.inflateSync, bytes, limit), bytes.length)
}

/** Compresses with the window size and the level that the header of `like` contains (RFC 1950). */
function packZlib(content: Uint8Array, like: Uint8Array): Uint8Array {
  if (like.length === 0) return zlib.deflateSync(content)
  const level = [1, 5, 6, 9][(like[1] ?? 0) >> 6] ?? 6
  // zlib cannot write a window of 256 bytes.
  const windowBits = Math.max(9, ((like[0] ?? 0x78) >> 4) + 8)
  return zlib.deflateSync(content, { level, windowBits })
}

/** The zstd functions of Node's zlib, since 22.15. */
interface NodeZstd {
  zstdDecompressSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array
  zstdCompressSync(bytes: Uint8Array, options: { params: Readonly<Record<number, number>> }): Uint8Array
}

/** `ZSTD_c_checksumFlag` */
const CHECKSUM_FLAG = 201

function unpackZstd(bytes: Uint8Array, limit: number): Unpacked {
  const frames = zstdFrames(bytes)
  if (!frames.isWhole) throw new StageError('it ends too early')
  const content = hasZstd(zlib)
    ? zlib.zstdDecompressSync(bytes, { maxOutputLength: limit })
    : unzstd(bytes, limit)
  return { bytes: content, readOnly: zstdLoss(frames.count) }
}

function zstdLoss(frames: number): string | undefined {
  if (frames > 1) return `it holds ${frames} frames, which would become one`
  return hasZstd(zlib) ? undefined : `Node.js ${process.version} cannot write it, 22.15 and later can`
}

function zstdFrames(bytes: Uint8Array): ZstdFrames {
  const frames = new ZstdFrames()
  try {
    frames.push(bytes)
  } catch (error) {
    if (error instanceof TypeError) throw new StageError(error.message, { cause: error })
    throw error
  }
  return frames
}

/** Bytes of input that are decoded at a time. After each, the output is checked against the limit. */
const ZSTD_PIECE = 4096

/** The maximum window in bytes, which limits the memory that is allocated: the format allows terabytes. */
const ZSTD_WINDOW = 64 * 1024 * 1024

function unzstd(bytes: Uint8Array, limit: number): Uint8Array {
  if (zstdWindow(bytes) > ZSTD_WINDOW)
    throw new StageError(`its window is larger than ${ZSTD_WINDOW / 1024 / 1024} MiB`)
  const parts: Uint8Array[] = []
  let left = limit
  const stream = new Decompress(part => {
    left -= part.length
    if (left < 0) throw new StageError(tooLarge(limit))
    parts.push(part.slice())
  })
  for (let at = 0; at < bytes.length; at += ZSTD_PIECE) {
    stream.push(bytes.subarray(at, at + ZSTD_PIECE), at + ZSTD_PIECE >= bytes.length)
  }
  return concatBytes(parts)
}

/** The window size in bytes that the first frame requires (RFC 8878, 3.1.1.1.2). */
function zstdWindow(bytes: Uint8Array): number {
  const descriptor = bytes[4] ?? 0
  const isSingleSegment = (descriptor & 0x20) !== 0
  const first = bytes[5] ?? 0
  if (!isSingleSegment) return 2 ** (10 + (first >> 3)) * (1 + (first & 7) / 8)
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0)
  const size = [1, 2, 4, 8][descriptor >> 6] ?? 1
  let content = 0
  for (let index = size - 1; index >= 0; index--) content = content * 256 + (bytes[at + index] ?? 0)
  return size === 2 ? content + 256 : content
}

function packZstd(content: Uint8Array, like: Uint8Array): Uint8Array {
  if (!hasZstd(zlib)) throw new StageError(zstdLoss(1) ?? '')
  const hasChecksum = like.length === 0 || ((like[4] ?? 0) & 4) !== 0
  return zlib.zstdCompressSync(content, { params: { [CHECKSUM_FLAG]: hasChecksum ? 1 : 0 } })
}

function hasZstd(module: object): module is NodeZstd {
  return 'zstdDecompressSync' in module
}

function tooLarge(limit: number): string {
  return `it unpacks to more than ${limit / 1024 / 1024} MiB, which is the limit`
}

/** An error of zlib or fzstd as a `StageError`, whose message is the reason. */
function stageError(error: unknown, limit: number): unknown {
  if (error instanceof StageError || !(error instanceof Error)) return error
  const code = 'code' in error ? error.code : undefined
  if (code === 'ERR_BUFFER_TOO_LARGE') return new StageError(tooLarge(limit), { cause: error })
  if (code === 'Z_BUF_ERROR') return new StageError('it ends too early', { cause: error })
  return new StageError(`damaged (${error.message})`, { cause: error })
}
