const encoder = new TextEncoder()

/** FNV-1a, 64 bits, over the UTF-8 form of `text`. */
export function fnv1a64(text: string): bigint {
  return fnv1a64Bytes(encoder.encode(text))
}

/**
 * FNV-1a, 64 bits.
 * Source: Fowler, Noll, Vo; offset basis cbf29ce484222325, prime 100000001b3.
 * The product is worked out in two 32-bit halves: the prime is 2^40 + 0x1b3, so no big integers are needed.
 */
export function fnv1a64Bytes(bytes: Uint8Array): bigint {
  let high = 0xcbf29ce4
  let low = 0x84222325
  for (const byte of bytes) {
    low = (low ^ byte) >>> 0
    // (high·2^32 + low) · (2^40 + 0x1b3) mod 2^64
    const lowProduct = low * 0x1b3
    high = (Math.imul(high, 0x1b3) + Math.floor(lowProduct / 0x1_0000_0000) + (low << 8)) >>> 0
    low = lowProduct >>> 0
  }
  return (BigInt(high) << 32n) | BigInt(low)
}
