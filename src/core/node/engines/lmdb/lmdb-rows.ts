import type { Database, RangeOptions } from 'lmdb'
import { endOfPrefix } from '../../../ordered/byte-prefix.ts'
import type { Range, Row } from '../../../ordered/driver.ts'

/** A database whose keys and values are bytes. */
export type LmdbBytes = Database<Buffer, Buffer>

/** The maximum number of bytes of a key. */
export const MAX_KEY = 1978

/** How keys and values are given to the client, and come from it. */
export const BYTES = {
  encoding: 'binary',
  // The client's own encoder of bytes returns Node's `Buffer`. A view without its methods would cost more than the read.
  keyEncoder: {
    writeKey(key: Uint8Array, target: Uint8Array, start: number): number {
      target.set(key, start)
      return start + key.length
    },
    readKey: (source: Uint8Array, start: number, end: number): Uint8Array =>
      plainOf(source).slice(start, end),
  },
} as const
const FIRST_KEY = new Uint8Array([0])

/** Whether LMDB can hold this key: keys must not be empty. */
export function isKey(key: Uint8Array): boolean {
  return key.length > 0 && key.length <= MAX_KEY
}

export function rowAt(database: LmdbBytes, key: Uint8Array): Row | undefined {
  const value = isKey(key) ? database.get(bufferOf(key)) : undefined
  return value && { key, value: plainBytes(value) }
}

export function rowsIn(database: LmdbBytes, range: Range): Row[] {
  const options = optionsOf(range)
  if (options === undefined) return []
  if (range.keysOnly) return Array.from(database.getKeys(options), key => ({ key }))
  return Array.from(database.getRange(options), ({ key, value }) => ({ key, value: plainBytes(value) }))
}

/** A range in the client's terms; `undefined` if it is empty. */
function optionsOf({ from, to, limit, reverse }: Range): RangeOptions | undefined {
  const [low, high] = [boundOf(from), boundOf(to)]
  if (low === undefined || to.length === 0) return undefined
  const [first, last] = reverse ? [high, low] : [low, high]
  // The client does not accept an empty key, and without a lower bound it leaves out what begins with 0 to 4.
  const lower = (bytes: Buffer) => (bytes.length > 0 ? bytes : bufferOf(FIRST_KEY))
  return {
    limit,
    reverse,
    ...(first !== undefined && { start: reverse ? first : lower(first) }),
    ...(last !== undefined && { end: reverse ? lower(last) : last }),
    // In reverse the client includes the upper end and excludes the lower one by default.
    ...(reverse && { exclusiveStart: high !== undefined, inclusiveEnd: true }),
  }
}

/** The first possible key at or after `bytes`; `undefined` if there is none. */
function boundOf(bytes: Uint8Array): Buffer | undefined {
  if (bytes.length <= MAX_KEY) return bufferOf(bytes)
  const next = endOfPrefix(bytes.subarray(0, MAX_KEY))
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

/** The last buffer that was read from, as plain bytes: the client reads all keys from the same one. */
let last = new Uint8Array()
let lastPlain = last

function plainOf(source: Uint8Array): Uint8Array {
  if (source !== last) {
    last = source as typeof last
    lastPlain = plainBytes(source) as typeof last
  }
  return lastPlain
}
