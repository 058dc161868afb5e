import { untilAborted } from './concurrency/abortable.ts'
import type { ByteSource, RangeOptions } from './datastore.ts'
import { throwIfAborted } from './errors.ts'
import type { Key } from './key.ts'

/** Default number of bytes in one chunk of a stream. */
export const CHUNK_SIZE = 64 * 1024

/**
 * @throws TypeError for anything that is not iterable. Bytes are iterable too. A string is refused, although it is
 * iterable.
 */
export function assertBytes(value: unknown): asserts value is ByteSource {
  if (
    typeof value === 'object' &&
    value !== null &&
    (Symbol.asyncIterator in value || Symbol.iterator in value)
  )
    return
  const found = value === null ? 'null' : typeof value
  throw new TypeError(`Cannot put: a value is a Uint8Array or an iterable of them, not ${found}`)
}

/** The chunks of a source, each checked to be bytes. Ends with `AbortError` when the signal fires, even while the source is silent. */
export async function* chunksOf(
  source: ByteSource,
  key: Key,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  for await (const chunk of untilAborted<unknown>(source, signal, 'put', key)) {
    assertChunk(chunk)
    yield chunk
  }
}

function assertChunk(chunk: unknown): asserts chunk is Uint8Array {
  if (chunk instanceof Uint8Array) return
  throw new TypeError(`Cannot put: a stream yields Uint8Arrays, not ${typeof chunk}`)
}

/** All bytes of a source, copied into a new buffer. */
export async function collectBytes(
  source: ByteSource,
  key: Key,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  for await (const chunk of chunksOf(source, key, signal)) chunks.push(ownCopy(chunk))
  return concatBytes(chunks)
}

/**
 * The bytes of a list of chunks, copied into a new buffer.
 * @throws TypeError for a chunk that is not bytes.
 */
export function joinedChunks(chunks: readonly unknown[]): Uint8Array<ArrayBuffer> {
  return concatBytes(
    chunks.map(chunk => {
      assertChunk(chunk)
      return chunk
    }),
  )
}

/** The result of reading a source up to a limit. */
export type Collected =
  /** The source ended within the limit. */
  | { readonly whole: Uint8Array<ArrayBuffer> }
  /** The source is longer: a stream of all its bytes. `discard` closes it without reading the rest. */
  | { readonly source: AsyncIterable<Uint8Array>; discard(): Promise<unknown> }

/** Reads a source until it ends or has given more than `limit` bytes. */
export async function collectUpTo(
  limit: number,
  source: ByteSource,
  key: Key,
  signal?: AbortSignal,
): Promise<Collected> {
  const iterator = chunksOf(source, key, signal)[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  for (let size = 0; size <= limit; ) {
    const next = await iterator.next()
    if (next.done === true) return { whole: concatBytes(chunks) }
    chunks.push(ownCopy(next.value))
    size += next.value.length
  }
  const close = async () => iterator.return?.()
  async function* all(): AsyncIterable<Uint8Array> {
    try {
      yield* chunks.splice(0)
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value
    } finally {
      await close()
    }
  }
  return { source: all(), discard: close }
}

export function concatBytes(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}

/**
 * The requested range, clamped to a value of `size` bytes.
 * @throws RangeError for a start or end that is not a whole number of bytes.
 */
export function clampRange(
  options: RangeOptions,
  size: number,
): { readonly start: number; readonly end: number } {
  const { start = 0, end = size } = options
  for (const bound of [start, end]) {
    if (!Number.isSafeInteger(bound) || bound < 0) throw new RangeError(`A byte range has no bound ${bound}`)
  }
  return { start: Math.min(start, size), end: Math.max(Math.min(start, size), Math.min(end, size)) }
}

/**
 * A range of bytes in memory, as chunks with buffers of their own.
 * @throws RangeError, AbortError
 */
export function* piecesOf(bytes: Uint8Array, key: Key, options: RangeOptions): Iterable<Uint8Array> {
  const { start, end } = clampRange(options, bytes.length)
  for (let offset = start; offset < end; offset += CHUNK_SIZE) {
    throwIfAborted(options.signal, 'get', key)
    // Not `slice`: `Buffer.slice` does not copy.
    yield new Uint8Array(bytes.subarray(offset, Math.min(end, offset + CHUNK_SIZE)))
  }
}

/** The bytes of a stream from `start` up to, not including, `end`. Reads the stream no further than `end`. */
export async function* cutRange(
  chunks: ByteSource,
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

/** A copy of a value of bytes; any other value as it is. */
export function ownCopy<V>(value: V): V {
  // `slice` of a Node `Buffer` would share its memory.
  return value instanceof Uint8Array ? (new Uint8Array(value) as Uint8Array & V) : value
}

/** The length of a value in bytes; `undefined` for a value that is not bytes. */
export function byteLengthOf(value: unknown): number | undefined {
  return value instanceof Uint8Array ? value.length : undefined
}

/** Whether two values have the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
