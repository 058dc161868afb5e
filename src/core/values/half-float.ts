/** The number that the 16 bits of a half-precision float stand for (IEEE 754, binary16). */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The bits of the half-precision float that is nearest to `value`, the even one of two; infinity beyond the largest. */
export function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size === 0) return sign
  const exponent = Math.max(-14, Math.min(15, Math.floor(Math.log2(size))))
  // In units of the last place, where a carry into the next exponent comes out right by itself.
  const units = roundToEven(size / 2 ** (exponent - 10))
  const bits = exponent === -14 ? units : ((exponent + 14) << 10) + units
  return sign | Math.min(bits, 0x7c00)
}

function roundToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}
