import { hasPart } from './byte-order.ts'

/** A part of an engine's keys, from the first to before the second. */
export interface Bounds {
  readonly from: Uint8Array
  readonly to: Uint8Array
}

/** Past every key that an engine takes, as far as anybody has such keys. */
const PAST_ALL = new Uint8Array(2048).fill(0xff)

/** Where `part`, which is not empty, begins in `bytes` at or after `from`; -1 where it does not. */
export function indexOfPart(bytes: Uint8Array, part: Uint8Array, from: number): number {
  const first = part[0] as number
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (part.length === 1 || hasPart(bytes, part, at)) return at
  }
  return -1
}

/** The first byte string after all that begin with `prefix`; `undefined` where there is none. */
export function endOfPrefix(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length--
  if (length === 0) return undefined
  const end = prefix.slice(0, length)
  end[length - 1] = (end[length - 1] as number) + 1
  return end
}

/** The end of the keys that begin with `prefix`. */
export function endOfKeys(prefix: Uint8Array): Uint8Array {
  return endOfPrefix(prefix) ?? PAST_ALL
}
