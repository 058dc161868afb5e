import { StageError } from './stage-error.ts'

export const TEXT_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'latin1', 'windows-1252'] as const
export type TextEncodingName = (typeof TEXT_ENCODINGS)[number]

/** What Windows-1252 has at 0x80 to 0x9f (source: WHATWG Encoding Standard); the holes are control characters. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178'

/** The bytes of holes of Windows-1252. */
export const UNUSED_IN_WINDOWS_1252: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d])

const WINDOWS_1252_BYTES: ReadonlyMap<number, number> = new Map(
  Array.from(WINDOWS_1252, (character, index) => [character.charCodeAt(0), 0x80 + index]),
)

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The text that bytes are in an encoding; a byte order mark stays its first character. `encodeText` gives the bytes back.
 * @throws StageError for bytes that are not valid in it.
 */
export function decodeTextAs(bytes: Uint8Array, encoding: TextEncodingName): string {
  switch (encoding) {
    case 'utf-8':
      try {
        return utf8.decode(bytes)
      } catch (error) {
        if (error instanceof TypeError) throw new StageError('not UTF-8', { cause: error })
        throw error
      }
    case 'utf-16le':
    case 'utf-16be':
      return decodeUtf16(bytes, encoding === 'utf-16le')
    default:
      return decodeSingleBytes(bytes, encoding)
  }
}

/**
 * The bytes of a text in an encoding.
 * @throws StageError for a character that the encoding does not have; names its line and column.
 */
export function encodeTextAs(text: string, encoding: TextEncodingName): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(text)
  const isWide = encoding === 'utf-16le' || encoding === 'utf-16be'
  const bytes = new Uint8Array(text.length * (isWide ? 2 : 1))
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (isWide) {
      bytes[2 * at + (encoding === 'utf-16le' ? 1 : 0)] = unit >> 8
      bytes[2 * at + (encoding === 'utf-16le' ? 0 : 1)] = unit & 0xff
      continue
    }
    const byte = encoding === 'windows-1252' ? (WINDOWS_1252_BYTES.get(unit) ?? unit) : unit
    const isMissing = byte > 0xff || (encoding === 'windows-1252' && byte === unit && isReplaced(unit))
    if (isMissing) throw new StageError(`${placeOf(text, at)} is not in ${ENCODING_NAMES[encoding]}`)
    bytes[at] = byte
  }
  return bytes
}

export const ENCODING_NAMES: Readonly<Record<TextEncodingName, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
  latin1: 'Latin-1',
  'windows-1252': 'Windows-1252',
}

/** Whether a control character of Latin-1 has no byte in Windows-1252, because another character took it. */
function isReplaced(unit: number): boolean {
  return unit >= 0x80 && unit <= 0x9f && !UNUSED_IN_WINDOWS_1252.has(unit)
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split(/\r\n|\n|\r/)
  const column = (before.at(-1)?.length ?? 0) + 1
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  return `${JSON.stringify(character)} in line ${before.length}, column ${column},`
}

/** Code units at a time: an argument list has a limit. */
const PIECE = 0x2000

function decodeUtf16(bytes: Uint8Array, isLittleEndian: boolean): string {
  if (bytes.length % 2 !== 0) throw new StageError('not UTF-16: the number of bytes is odd')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let text = ''
  for (let start = 0; start < bytes.length; start += 2 * PIECE) {
    const count = Math.min(PIECE, (bytes.length - start) / 2)
    const units = Array.from({ length: count }, (_, index) =>
      view.getUint16(start + 2 * index, isLittleEndian),
    )
    text += String.fromCharCode(...units)
  }
  const lone = loneSurrogate(text)
  if (lone !== undefined) throw new StageError(`not UTF-16: half of a surrogate pair at byte ${2 * lone}`)
  return text
}

function loneSurrogate(text: string): number | undefined {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0xd800 || unit > 0xdfff) continue
    const next = text.charCodeAt(at + 1)
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return at
    at += 1
  }
  return undefined
}

function decodeSingleBytes(bytes: Uint8Array, encoding: 'latin1' | 'windows-1252'): string {
  let text = ''
  for (let start = 0; start < bytes.length; start += PIECE) {
    const units = Array.from(bytes.subarray(start, start + PIECE), byte => {
      const isTaken = encoding === 'windows-1252' && byte >= 0x80 && byte <= 0x9f
      return isTaken ? WINDOWS_1252.charCodeAt(byte - 0x80) : byte
    })
    text += String.fromCharCode(...units)
  }
  return text
}
