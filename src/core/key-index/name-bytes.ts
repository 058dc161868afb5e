/**
 * The bytes of one name of a key, as layout `strata` writes it, in a buffer that holds more: its UTF-16 code units, so that
 * byte order is the order of names (K10). U+0000 is `01 01` and U+0001 is `01 02`; from U+0002 on a code unit has the one,
 * two or three bytes that UTF-8 gives such a number, surrogates one by one. No name holds 00 or a byte above EF.
 */

/** The maximum number of bytes of a name. */
export function roomOf(name: string): number {
  return name.length * 3
}

/** Writes a name at `at`. @returns Where it ends. */
export function writeName(name: string, bytes: Uint8Array, at: number): number {
  for (let index = 0; index < name.length; index++) {
    const unit = name.charCodeAt(index)
    if (unit < 2) {
      bytes[at++] = 1
      bytes[at++] = unit + 1
    } else if (unit < 0x80) bytes[at++] = unit
    else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6)
      bytes[at++] = 0x80 | (unit & 0x3f)
    } else {
      bytes[at++] = 0xe0 | (unit >> 12)
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f)
      bytes[at++] = 0x80 | (unit & 0x3f)
    }
  }
  return at
}

/** The number of arguments of one call is limited by the stack. */
const MAX_UNITS = 4096
const units = new Uint16Array(MAX_UNITS)

/** The name from `start` to `end`. */
export function readName(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  let count = 0
  for (let at = start; at < end; ) {
    const byte = bytes[at++] as number
    if (byte === 1) units[count++] = (bytes[at++] as number) - 1
    else if (byte < 0x80) units[count++] = byte
    else if (byte < 0xe0) units[count++] = ((byte & 0x1f) << 6) | continued(bytes, at++)
    else {
      units[count++] = ((byte & 0x0f) << 12) | (continued(bytes, at) << 6) | continued(bytes, at + 1)
      at += 2
    }
    if (count < MAX_UNITS) continue
    text += textOf(count)
    count = 0
  }
  return text + textOf(count)
}

/** The first of `units` as text. */
function textOf(count: number): string {
  // `apply` accepts array-likes; spreading would copy the elements one by one.
  return String.fromCharCode.apply(undefined, units.subarray(0, count) as unknown as number[])
}

function continued(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) & 0x3f
}
