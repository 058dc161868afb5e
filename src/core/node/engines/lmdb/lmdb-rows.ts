import type { Database, RangeOptions } from 'lmdb'
import { endOfPrefix } from '../../../ordered/byte-prefix.ts'
import type { Range, Row } from '../../../ordered/driver.ts'

/** A database whose keys and values are bytes. */
export type LmdbBytes = Database<Buffer, Buffer>

/** Bytes of the longest key. */
export const MOST_KEY = 1978

/** Whether there can be such a key: LMDB has none of no bytes. */
export function isKey(key: Uint8Array): boolean {
  return key.length > 0 && key.length <= MOST_KEY
}

export function rowAt(database: LmdbBytes, key: Uint8Array): Row | undefined {
  const value = isKey(key) ? database.get(bufferOf(key)) : undefined
  return value && { key, value: plainBytes(value) }
}

export function rowsIn(database: LmdbBytes, range: Range): Row[] {
  const options = optionsOf(range)
  if (options === undefined) return []
  if (range.keysOnly) return Array.from(database.getKeys(options), key => ({ key: plainBytes(key) }))
  return Array.from(database.getRange(options), ({ key, value }) => ({
    key: plainBytes(key),
    value: plainBytes(value),
  }))
}

/** A range as the client takes it; `undefined` where nothing is in it. */
function optionsOf({ from, to, limit, reverse }: Range): RangeOptions | undefined {
  const [low, high] = [boundOf(from), boundOf(to)]
  if (low === undefined || to.length === 0) return undefined
  const [first, last] = reverse ? [high, low] : [low, high]
  return {
    limit,
    reverse,
    // The client takes no key of no bytes.
    ...(first !== undefined && first.length > 0 && { start: first }),
    ...(last !== undefined && last.length > 0 && { end: last }),
    // In reverse the client includes the upper end and leaves out the lower one, unless it is told.
    ...(reverse && { exclusiveStart: high !== undefined, inclusiveEnd: true }),
  }
}

/** The first key that there can be at or after `bytes`; `undefined` where there is none. */
function boundOf(bytes: Uint8Array): Buffer | undefined {
  if (bytes.length <= MOST_KEY) return bufferOf(bytes)
  const next = endOfPrefix(bytes.subarray(0, MOST_KEY))
  return next && bufferOf(next)
}

export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** The client gives Node's `Buffer`, which slices without a copy. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
