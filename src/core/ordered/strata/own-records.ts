import { isRecord } from '../../query/parse-condition.ts'
import { readNumber, writeNumber } from './header.ts'

/** Records of layout `strata` that are not values. They begin with byte 00, so they sort before every key. */

/** `{ layout, format, id }` in JSON: the layout of the data, the version of its format, and the id of the data. */
export const FORMAT_KEY: Uint8Array = Uint8Array.of(0x00, 0x66)
/** The first version that is not reserved, in 8 bytes. */
export const VERSION_KEY: Uint8Array = Uint8Array.of(0x00, 0x76)
/** The range of all expiry records. */
export const EXPIRIES: { readonly from: Uint8Array; readonly to: Uint8Array } = {
  from: Uint8Array.of(0x00, 0x74),
  to: Uint8Array.of(0x00, 0x75),
}

const FORMAT = 1
const TIME_AT = 2
const TIME_BYTES = 6
/** The number of bytes by which the key of an expiry record is longer than the key that expires. */
export const EXPIRY_BYTES = TIME_AT + TIME_BYTES

/** The key of an expiry record: `00 74`, the time in 6 bytes, the key. */
export function expiryKey(expires: number, key: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(EXPIRY_BYTES + key.length)
  bytes.set(EXPIRIES.from)
  writeNumber(bytes, expires, TIME_AT, TIME_BYTES)
  bytes.set(key, EXPIRY_BYTES)
  return bytes
}

export function expiryOf(record: Uint8Array): { readonly expires: number; readonly key: Uint8Array } {
  return { expires: readNumber(record, TIME_AT, TIME_BYTES), key: record.subarray(EXPIRY_BYTES) }
}

export function versionRecord(next: number): Uint8Array {
  const bytes = new Uint8Array(8)
  writeNumber(bytes, next, 0, 8)
  return bytes
}

export function nextVersionOf(record: Uint8Array): number {
  return readNumber(record, 0, 8)
}

/** @param id Identifies the data, even after it was copied. */
export function formatRecord(id: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ layout: 'strata', format: FORMAT, id }))
}

/** The id in a format record; `undefined` for an unknown format. */
export function idOfFormat(record: Uint8Array): string | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(record))
    if (!isRecord(json) || json['layout'] !== 'strata' || json['format'] !== FORMAT) return undefined
    return typeof json['id'] === 'string' ? json['id'] : undefined
  } catch {
    return undefined
  }
}
