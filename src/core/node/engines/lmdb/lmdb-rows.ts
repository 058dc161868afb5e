import type { Database, RangeOptions } from 'lmdb'
import { endOfPrefix } from '../../../ordered/byte-prefix.ts'
import type { Range, Row } from '../../../ordered/driver.ts'

/** A database whose keys and values are bytes. */
export type LmdbBytes = Database<Buffer, Buffer>

/** The maximum number of bytes of a key. */
export const MOST_KEY = 1978

/** Whether LMDB can hold this key: keys must not be empty. */
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

/** A range in the client's terms; `undefined` if it is empty. */
function optionsOf({ from, to, limit, reverse }: Range): RangeOptions | undefined {
  const [low, high] = [boundOf(from), boundOf(to)]
  if (low === undefined || to.length === 0) return undefined
  const [first, last] = reverse ? [high, low] : [low, high]
  return {
    limit,
    reverse,
    // The client does not accept an empty key.
    ...(first !== undefined && first.length > 0 && { start: first }),
    ...(last !== undefined && last.length > 0 && { end: last }),
    // In reverse the client includes the upper end and excludes the lower one by default.
    ...(reverse && { exclusiveStart: high !== undefined, inclusiveEnd: true }),
  }
}

/** The first possible key at or after `bytes`; `undefined` if there is none. */
function boundOf(bytes: Uint8Array): Buffer | undefined {
  if (bytes.length <= MOST_KEY) return bufferOf(bytes)
  const next = endOfPrefix(bytes.subarray(0, MOST_KEY))
  return next && bufferOf(next)
}

/** The client's types ask for Node's `Buffer`. It takes any bytes, and a buffer made for it costs a tenth of a read. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return bytes as Buffer
}

/** The same bytes as a `Uint8Array`: the client returns Node's `Buffer`, whose `slice` does not copy. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
