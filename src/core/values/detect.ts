import { findJsonProblem } from './json-check.ts'
import { type TextEncodingName, UNUSED_IN_WINDOWS_1252 } from './text-encodings.ts'

/** Above this many characters JSON is recognised by its first one, not by a check of the whole. */
const JSON_CHECK_LIMIT = 4 * 1024 * 1024

/** Bytes that are examined to guess an encoding. */
const SAMPLE = 64 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Extensions of names, and the stage that each indicates. */
const ENDINGS = {
  gz: 'gzip',
  gzip: 'gzip',
  svgz: 'gzip',
  zz: 'zlib',
  zlib: 'zlib',
  deflate: 'deflate',
  br: 'brotli',
  zst: 'zstd',
  zstd: 'zstd',
  cbor: 'cbor',
  cborseq: 'cbor',
  msgpack: 'msgpack',
  mpk: 'msgpack',
  json: 'json',
} as const
export type Hint = (typeof ENDINGS)[keyof typeof ENDINGS]

/** The stage that the extension of a name indicates, and the name without it. */
export function hintOf(name: string): { readonly hint: Hint | undefined; readonly rest: string } {
  const dot = name.lastIndexOf('.')
  const ending = name.slice(dot + 1).toLowerCase()
  const hint =
    dot >= 0 && Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending as keyof typeof ENDINGS] : undefined
  return { hint, rest: hint === undefined ? name : name.slice(0, dot) }
}

/** Whether bytes are UTF-8 without NUL: text that is shown as it is. */
export function isPlainText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false
  try {
    utf8.decode(bytes)
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

/** Whether a text is an object or array of JSON. */
export function looksLikeJson(text: string): boolean {
  const first = /[^\s\ufeff]/.exec(text)?.[0]
  if (first !== '{' && first !== '[') return false
  return text.length > JSON_CHECK_LIMIT || findJsonProblem(text.replace(/^\ufeff/, '')) === undefined
}

/** The compression that the first bytes name. */
export function packingByContent(bytes: Uint8Array): 'gzip' | 'zstd' | 'zlib' | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes
  if (first === 0x1f && second === 0x8b && third === 8) return 'gzip'
  if (first === 0x28 && second === 0xb5 && third === 0x2f && fourth === 0xfd) return 'zstd'
  // Two bytes that a check of 5 bits covers: a hint, which unpacking has to confirm.
  const isZlib =
    (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0 && (second & 0x20) === 0
  return isZlib && bytes.length > 6 ? 'zlib' : undefined
}

/** The encoding that a text which is not plain UTF-8 seems to be in. */
export function guessEncoding(bytes: Uint8Array): TextEncodingName | undefined {
  if (bytes.length >= 2 && bytes.length % 2 === 0) {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
    if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
    const wide = guessUtf16(bytes)
    if (wide !== undefined) return wide
  }
  return guessSingleByte(bytes)
}

/** Text in most languages has blanks, line ends and digits, which are ASCII: in one of two bytes, with zero in the other. */
function guessUtf16(bytes: Uint8Array): TextEncodingName | undefined {
  const end = Math.min(bytes.length, SAMPLE)
  if (end < 8) return undefined
  let little = 0
  let big = 0
  for (let at = 0; at + 1 < end; at += 2) {
    const [first = 0, second = 0] = [bytes[at], bytes[at + 1]]
    if (first === 0 && second === 0) return undefined
    if (second === 0 && isTextByte(first)) little += 1
    if (first === 0 && isTextByte(second)) big += 1
  }
  const units = end / 2
  if (little > units * 0.4 && big === 0) return 'utf-16le'
  return big > units * 0.4 && little === 0 ? 'utf-16be' : undefined
}

/** No control characters, and mostly ASCII: letters with accents among others. */
function guessSingleByte(bytes: Uint8Array): TextEncodingName | undefined {
  const sample = bytes.subarray(0, SAMPLE)
  let ascii = 0
  let isWindows = false
  for (const byte of sample) {
    if (byte < 0x80) {
      if (!isTextByte(byte)) return undefined
      ascii += 1
    } else if (byte < 0xa0) {
      if (UNUSED_IN_WINDOWS_1252.has(byte)) return undefined
      isWindows = true
    }
  }
  if (ascii < 3 || ascii < sample.length * 0.6) return undefined
  return isWindows ? 'windows-1252' : 'latin1'
}

function isTextByte(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13
}

/**
 * Whether bytes may be one map or array of a binary notation, by its head. Short ones are too often something else.
 * @param kind The kind whose heads are examined.
 */
export function mayBeStructure(bytes: Uint8Array, kind: 'cbor' | 'msgpack'): boolean {
  const [first = 0, second = 0] = bytes
  if (bytes.length < 3) return false
  if (kind === 'cbor') {
    if (first === 0xd9 && second === 0xd9) return true
    const isMap = first > 0xa0 && first <= 0xbf
    return isMap || (bytes.length >= 8 && first > 0x80 && first <= 0x9f)
  }
  const isMap = (first > 0x80 && first <= 0x8f) || first === 0xde || first === 0xdf
  const isArray = (first > 0x90 && first <= 0x9f) || first === 0xdc || first === 0xdd
  return isMap || (bytes.length >= 8 && isArray)
}
