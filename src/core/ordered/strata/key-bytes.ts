import { Key } from '../../key.ts'
import { followedBy } from '../byte-order.ts'

/**
 * Keys as bytes whose order is key order. Segments are joined by byte 00. Each UTF-16 code unit is written as UTF-8
 * writes a character of its value, surrogates too, so that bytes compare as code units do; U+0000 and U+0001 become
 * `01 01` and `01 02`. So no key holds `00 00` or a byte above EF, and what is below a key follows it directly.
 */

/** What the plain form cannot hold: U+0000 and U+0001, which are escaped, and surrogates, which UTF-8 joins. */
// biome-ignore lint: the control characters are intended
const SPECIAL = /[\u0000\u0001\ud800-\udfff]/

const ESCAPE = 1
/** Greater than every byte of a key. */
const PAST_ALL = 0xff

const encoder = new TextEncoder()

const SLAB_BYTES = 16 * 1024
let slab = new Uint8Array(SLAB_BYTES)
let slabUsed = 0
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes of a key; none for the root. */
export function encodeKey(key: Key): Uint8Array {
  const text = key.toString()
  // The text of a key holds `/` between segments only.
  return SPECIAL.test(text) ? encodeUnits(text) : encodePlain(text.slice(1).replaceAll('/', '\0'))
}

/** The bytes of one segment. */
export function encodeSegment(segment: string): Uint8Array {
  return SPECIAL.test(segment) ? encodeUnits(`/${segment}`) : encoder.encode(segment)
}

/** @throws TypeError for bytes that are not a key. */
export function decodeKey(bytes: Uint8Array): Key {
  return Key.parse(`/${decodeText(bytes)}`)
}

/** The segments in a key's bytes, joined by `/`. */
export function decodeText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    if (byte === ESCAPE || byte >= 0x80) return decodeOther(bytes)
    text += byte === 0 ? '/' : String.fromCharCode(byte)
  }
  return text
}

/** Every key strictly below another, as a range: from the first, to before the second. */
export function rangeBelow(bytes: Uint8Array): { readonly from: Uint8Array; readonly to: Uint8Array } {
  if (bytes.length === 0) return { from: Uint8Array.of(1), to: Uint8Array.of(PAST_ALL) }
  return { from: followedBy(bytes, 0), to: followedBy(bytes, 1) }
}

/**
 * UTF-8 in part of a larger buffer: native clients use the underlying buffer, and allocating one for each key is
 * expensive.
 */
function encodePlain(text: string): Uint8Array {
  const most = 3 * text.length
  if (most > SLAB_BYTES / 4) return encoder.encode(text)
  if (slabUsed + most > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES)
    slabUsed = 0
  }
  const { written } = encoder.encodeInto(text, slab.subarray(slabUsed))
  const bytes = slab.subarray(slabUsed, slabUsed + written)
  slabUsed += written
  return bytes
}

function encodeUnits(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3)
  let length = 0
  for (let index = 1; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit === 0x2f) {
      bytes[length++] = 0
    } else if (unit < 2) {
      bytes[length++] = ESCAPE
      bytes[length++] = unit + 1
    } else if (unit < 0x80) {
      bytes[length++] = unit
    } else if (unit < 0x800) {
      bytes[length++] = 0xc0 | (unit >> 6)
      bytes[length++] = 0x80 | (unit & 0x3f)
    } else {
      bytes[length++] = 0xe0 | (unit >> 12)
      bytes[length++] = 0x80 | ((unit >> 6) & 0x3f)
      bytes[length++] = 0x80 | (unit & 0x3f)
    }
  }
  return bytes.slice(0, length)
}

function decodeOther(bytes: Uint8Array): string {
  // ED begins the three bytes of a surrogate, and of some other characters.
  if (!bytes.includes(ESCAPE) && !bytes.includes(0xed)) return decoder.decode(bytes).replaceAll('\0', '/')
  let text = ''
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index++] as number
    if (first === 0) text += '/'
    else if (first === ESCAPE) text += String.fromCharCode(escapedUnit(bytes[index++]))
    else if (first < 0x80) text += String.fromCharCode(first)
    else if (first < 0xe0) text += String.fromCharCode(((first & 0x1f) << 6) | following(bytes[index++]))
    else {
      const middle = following(bytes[index++])
      text += String.fromCharCode(((first & 0x0f) << 12) | (middle << 6) | following(bytes[index++]))
    }
  }
  return text
}

function escapedUnit(byte: number | undefined): number {
  if (byte === 1 || byte === 2) return byte - 1
  throw new TypeError('A key has an unknown escape')
}

function following(byte = 0): number {
  if ((byte & 0xc0) === 0x80) return byte & 0x3f
  throw new TypeError('A key is cut off within a character')
}
