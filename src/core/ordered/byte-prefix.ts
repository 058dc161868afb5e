import { hasPart } from './byte-order.ts'

/** A range of an engine's keys: from the first, up to but not including the second. */
export interface Bounds {
  readonly from: Uint8Array
  readonly to: Uint8Array
}

/** Greater than any key that is likely to exist in an engine. */
const PAST_ALL = new Uint8Array(2048).fill(0xff)

/** The position of `part`, which is not empty, in `bytes` at or after `from`; -1 if there is none. */
export function indexOfPart(bytes: Uint8Array, part: Uint8Array, from: number): number {
  const first = part[0] as number
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (part.length === 1 || hasPart(bytes, part, at)) return at
  }
  return -1
}

/** The first byte string after all that begin with `prefix`; `undefined` if there is none. */
export function endOfPrefix(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length--
  if (length === 0) return undefined
  // Not `slice`, which does not copy a `Buffer`.
  const end = new Uint8Array(prefix.subarray(0, length))
  end[length - 1] = (end[length - 1] as number) + 1
  return end
}

/** The end of the keys that begin with `prefix`. */
export function endOfKeys(prefix: Uint8Array): Uint8Array {
  return endOfPrefix(prefix) ?? PAST_ALL
}
