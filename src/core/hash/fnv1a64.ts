/** A 64-bit number in two unsigned halves, because a `bigint` would cost more than the rest of a read. */
export interface Hash64 {
  readonly high: number
  readonly low: number
}

const encoder = new TextEncoder()

/**
 * FNV-1a, 64 bits, over the UTF-8 form of `text`. ASCII is hashed without being encoded first.
 * Source: Fowler, Noll, Vo; offset basis cbf29ce484222325, prime 100000001b3.
 */
export function fnv1a64Halves(text: string): Hash64 {
  const hash = { high: 0xcbf29ce4, low: 0x84222325 }
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7f) return hashBytes(encoder.encode(text))
    addByte(hash, unit)
  }
  return hash
}

/** FNV-1a, 64 bits, over the UTF-8 form of `text`. */
export function fnv1a64(text: string): bigint {
  return wholeOf(fnv1a64Halves(text))
}

/** FNV-1a, 64 bits. */
export function fnv1a64Bytes(bytes: Uint8Array): bigint {
  return wholeOf(hashBytes(bytes))
}

/** The number as one big integer. */
export function wholeOf({ high, low }: Hash64): bigint {
  return (BigInt(high) << 32n) | BigInt(low)
}

function hashBytes(bytes: Uint8Array): Hash64 {
  const hash = { high: 0xcbf29ce4, low: 0x84222325 }
  for (const byte of bytes) addByte(hash, byte)
  return hash
}

/** (high·2^32 + low) · (2^40 + 0x1b3) mod 2^64, with no product above 2^53. */
function addByte(hash: { high: number; low: number }, byte: number): void {
  const low = (hash.low ^ byte) >>> 0
  // low · 0x1b3 in two products of 16 bits each: no division.
  const small = (low & 0xffff) * 0x1b3
  const large = (low >>> 16) * 0x1b3 + (small >>> 16)
  hash.high = (Math.imul(hash.high, 0x1b3) + (large >>> 16) + (low << 8)) >>> 0
  hash.low = ((large << 16) | (small & 0xffff)) >>> 0
}
