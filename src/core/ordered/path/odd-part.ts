import { sameBytes } from '../../bytes.ts'

/** The beginning of an odd segment. It sorts after every plain segment. */
export const ODD = '\ufffd'

const FIRST_ODD = 0xfffd
/** Follows `ODD` in the first segment of an engine key without the leading separator. */
const NO_SEPARATOR = '%-'
const FORM = /^\ufffd(%-)?((?:[^%]|%[0-9A-F]{2})*)$/s

const lenient = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** Whether a segment represents a part of an engine key that is not a valid segment itself. */
export function isOdd(segment: string): boolean {
  return segment.charCodeAt(0) >= FIRST_ODD
}

/**
 * The segment that represents one part of an engine key: its text, or an escaped form of it. Different parts have
 * different segments.
 * @param lacksSeparator Whether the part is the first one of a key without the leading separator.
 */
export function segmentOfPart(part: Uint8Array, lacksSeparator = false): string {
  const text = lenient.decode(part)
  // U+FFFD is either in the bytes, or the decoder's replacement for bytes that are not UTF-8.
  const isText = !text.includes(ODD) || sameBytes(encoder.encode(text), part)
  if (isText && !lacksSeparator && isPlain(text)) return text
  return ODD + (lacksSeparator ? NO_SEPARATOR : '') + (isText ? escaped(text) : escapedBytes(part))
}

/**
 * The part that an odd segment represents; `undefined` if the segment does not have the form of `segmentOfPart`. Forms
 * with needless escapes are accepted; callers compare the segment of the resulting part.
 */
export function partOfOdd(
  segment: string,
): { readonly part: Uint8Array; readonly lacksSeparator: boolean } | undefined {
  const match = FORM.exec(segment)
  if (match === null) return undefined
  const [, marker, escapes = ''] = match
  const bytes: number[] = []
  for (const [piece] of escapes.matchAll(/%..|[^%]+/gs)) {
    if (piece.startsWith('%')) bytes.push(Number.parseInt(piece.slice(1), 16))
    else bytes.push(...encoder.encode(piece))
  }
  return { part: Uint8Array.from(bytes), lacksSeparator: marker !== undefined }
}

function isPlain(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !isOdd(text) && !text.includes('/')
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('/', '%2F')
}

function escapedBytes(part: Uint8Array): string {
  let text = ''
  for (let at = 0; at < part.length; ) {
    const length = characterLength(part, at)
    if (length === 0) text += `%${hex(part[at] as number)}`
    else text += escaped(lenient.decode(part.subarray(at, at + length)))
    at += length || 1
  }
  return text
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}

/** The length of the UTF-8 character at `at`, if it is in its shortest form and not a surrogate; else 0. */
function characterLength(bytes: Uint8Array, at: number): number {
  const [lead, second] = [bytes[at] as number, bytes[at + 1] ?? 0]
  const continues = (count: number) => {
    for (let index = at + 1; index <= at + count; index++) {
      if (((bytes[index] ?? 0) & 0xc0) !== 0x80) return 0
    }
    return count + 1
  }
  if (lead < 0x80) return 1
  if (lead < 0xc2) return 0
  if (lead < 0xe0) return continues(1)
  if (lead === 0xe0 && second < 0xa0) return 0
  if (lead === 0xed && second > 0x9f) return 0
  if (lead < 0xf0) return continues(2)
  if (lead === 0xf0 && second < 0x90) return 0
  if (lead === 0xf4 && second > 0x8f) return 0
  return lead < 0xf5 ? continues(3) : 0
}
