import type { Hash64 } from './fnv1a64.ts'

const WORD = 0x1_0000_0000

/**
 * Jump consistent hash: the bucket of `hash` among `buckets`. When a bucket is added at the end, only the keys that
 * move into it change their bucket. Source: Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm",
 * 2014. The generator's 64-bit state is kept in two 32-bit halves, because a `bigint` would cost more than the rest of
 * a read.
 */
export function jumpHash(hash: Hash64, buckets: number): number {
  let { high, low } = hash
  let bucket = -1
  let next = 0
  while (next < buckets) {
    bucket = next
    // state = state · 2862933555777941757 + 1; the multiplier is 0x27bb2ee6_87b0b0fd.
    const lowProduct = multiplyWide(low, 0x87b0_b0fd)
    const newLow = lowProduct.low + 1
    const carry = newLow >= WORD ? 1 : 0
    high = (lowProduct.high + Math.imul(low, 0x27bb_2ee6) + Math.imul(high, 0x87b0_b0fd) + carry) >>> 0
    low = newLow >>> 0
    // The upper 31 bits of the state are the random number.
    next = Math.floor((bucket + 1) * (0x8000_0000 / ((high >>> 1) + 1)))
  }
  return bucket
}

/** The 64-bit product of two unsigned 32-bit numbers. */
function multiplyWide(a: number, b: number): { readonly high: number; readonly low: number } {
  const aHigh = a >>> 16
  const aLow = a & 0xffff
  const bHigh = b >>> 16
  const bLow = b & 0xffff
  const lowest = aLow * bLow
  const middle = aHigh * bLow + (lowest >>> 16)
  const middleLow = (middle % 0x1_0000) + aLow * bHigh
  const high = aHigh * bHigh + Math.floor(middle / 0x1_0000) + Math.floor(middleLow / 0x1_0000)
  return { high, low: ((middleLow % 0x1_0000) * 0x1_0000 + (lowest & 0xffff)) >>> 0 }
}
