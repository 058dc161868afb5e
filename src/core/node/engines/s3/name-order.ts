/** Names of objects are text, in the order of the bytes of UTF-8. */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** The greatest character. */
const MAX_CHARACTER = '\u{10ffff}'

/** Compares names as S3 does. Only characters above U+FFFF make it differ from the order of strings. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [one, other] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (one !== other) return inByteOrder(one) - inByteOrder(other)
  }
  return a.length - b.length
}

/** Puts surrogates after all other code units. */
function inByteOrder(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit
}

/** The longest beginning of bytes that is text. */
export function textOf(bytes: Uint8Array): string {
  for (let end = bytes.length; ; end--) {
    try {
      return strict.decode(bytes.subarray(0, end))
    } catch {
      // A character is cut off, or a byte is none of text.
    }
  }
}

/**
 * A name that is before all names from `bytes` on, and after most of those before: listings begin after a name.
 * `undefined` where everything may be listed.
 */
export function nameBefore(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return undefined
  const text = textOf(bytes)
  const rest = bytes[Buffer.byteLength(text)]
  if (rest === 0xee) return `${text}\ud7ff${MAX_CHARACTER}`
  if (rest === 0xf0) return `${text}\uffff${MAX_CHARACTER}`
  if (rest !== undefined)
    return rest > 0xf4 ? text + MAX_CHARACTER + MAX_CHARACTER : text === '' ? undefined : text
  const last = text.slice(/[\ud800-\udbff].$/.test(text) ? -2 : -1)
  const stem = text.slice(0, -last.length)
  const code = last.codePointAt(0) as number
  // The first name after `stem` is `stem` and NUL.
  if (code <= 1) return stem === '' ? undefined : stem
  return `${stem}${String.fromCodePoint(code === 0xe000 ? 0xd7ff : code - 1)}${MAX_CHARACTER}`
}

/** The beginning that all names of a range have. */
export function commonStart(from: Uint8Array, to: Uint8Array): string {
  let length = 0
  while (length < from.length && from[length] === to[length]) length++
  // The range ends where the names end that begin with one more byte.
  const next = from[length]
  if (next !== undefined && to.length === length + 1 && to[length] === next + 1) length++
  return textOf(from.subarray(0, length))
}
