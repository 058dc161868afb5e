import { untilAborted } from './concurrency/abortable.ts'
import type { ByteSource, RangeOptions } from './datastore.ts'
import type { Key } from './key.ts'

/** Bytes of one chunk of a stream, where nothing else decides. */
export const CHUNK_SIZE = 64 * 1024

export type BytesOrSource = Uint8Array | ByteSource

/** @throws TypeError for anything but bytes or an iterable: a string in particular is not bytes. */
export function assertBytes(value: unknown, key: Key): asserts value is BytesOrSource {
  if (value instanceof Uint8Array) return
  if (
    typeof value === 'object' &&
    value !== null &&
    (Symbol.asyncIterator in value || Symbol.iterator in value)
  ) {
    return
  }
  const found = value === null ? 'null' : typeof value
  throw new TypeError(
    `Cannot put ${JSON.stringify(key.toString())}: a value is a Uint8Array or an iterable of them, not ${found}`,
  )
}

/** The chunks of a source, each checked to be bytes. Ends with `AbortError` when the signal fires, even while the source is silent. */
export async function* chunksOf(
  source: ByteSource,
  key: Key,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  for await (const chunk of untilAborted<unknown>(source, signal, 'put', key)) {
    if (!(chunk instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot put ${JSON.stringify(key.toString())}: a stream yields Uint8Arrays, not ${typeof chunk}`,
      )
    }
    yield chunk
  }
}

/** All bytes of a source in one buffer of its own. */
export async function collectBytes(
  source: ByteSource,
  key: Key,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  for await (const chunk of chunksOf(source, key, signal)) chunks.push(ownCopy(chunk))
  return concatBytes(chunks)
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
 * The range asked for, cut to a value of `size` bytes.
 * @throws RangeError for a start or end that is no whole number of bytes.
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

/** The value in a buffer of its own, where it is bytes; any other value as it is. */
export function ownCopy<V>(value: V): V {
  // `slice` of a Node `Buffer` would share its memory.
  return value instanceof Uint8Array ? (new Uint8Array(value) as Uint8Array & V) : value
}
