/** Parts of the keys of a cluster. */
export const SLOTS = 16_384

const [OPEN, CLOSE] = [0x7b, 0x7d]

/** CRC-16 with the polynomial 1021, as XMODEM has it. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 8
  for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (sum & 0x8000 ? 0x1021 : 0)
  return sum & 0xffff
})

/**
 * The slot of a name: of its first text in braces, unless that is empty or there is none.
 * Source: "Redis cluster specification", "Hash tags".
 */
export function slotOf(text: Uint8Array | string): number {
  const name = typeof text === 'string' ? Buffer.from(text) : text
  const open = name.indexOf(OPEN)
  const close = open < 0 ? -1 : name.indexOf(CLOSE, open + 1)
  const [from, to] = close > open + 1 ? [open + 1, close] : [0, name.length]
  let sum = 0
  for (let index = from; index < to; index++) {
    sum = ((sum << 8) & 0xffff) ^ (TABLE[(sum >> 8) ^ (name[index] as number)] as number)
  }
  return sum % SLOTS
}
