import { StageError } from '../../../../core/values/stage-error.ts'
import { decodeTextAs, type TextEncodingName } from '../../../../core/values/text-encodings.ts'

/** Nominal bytes of one page of text. */
export const TEXT_PAGE = 256 * 1024

/** How far past its nominal end a page looks for the end of a line. */
export const PAGE_OVERLAP = 4 * 1024

const LINE_FEED = 10

export function pageCount(size: number): number {
  return Math.max(1, Math.ceil(size / TEXT_PAGE))
}

/** The bytes to read so that page `index` can be cut; `end` is exclusive. */
export function pageWindow(index: number, size: number): { readonly start: number; readonly end: number } {
  const start = index * TEXT_PAGE
  return { start, end: Math.min(size, start + TEXT_PAGE + PAGE_OVERLAP) }
}

/**
 * Cuts page `index` out of its window, at line ends if possible, else between two characters. Pages have no gaps and do
 * not overlap.
 * @returns The page and the offset of its first byte in the value.
 */
export function cutPage(
  index: number,
  size: number,
  window: Uint8Array,
  encoding: TextEncodingName = 'utf-8',
): { readonly offset: number; readonly bytes: Uint8Array } {
  const from = index === 0 ? 0 : boundary(window, 0, encoding)
  const isLast = index === pageCount(size) - 1
  const to = isLast ? window.length : boundary(window, TEXT_PAGE, encoding)
  return { offset: index * TEXT_PAGE + from, bytes: window.subarray(from, Math.max(from, to)) }
}

/** The page that contains the byte at `offset`, or at a border the one next to it. */
export function pageOfOffset(offset: number, size: number): number {
  return Math.max(0, Math.min(pageCount(size) - 1, Math.floor(offset / TEXT_PAGE)))
}

/** `bytes` without a character that is cut off at its end. */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let lead = bytes.length - 1
  while (lead >= 0 && lead > bytes.length - 4 && isContinuation(bytes[lead])) lead -= 1
  const isCut = lead >= 0 && lead + sequenceLength(bytes[lead]) > bytes.length
  return isCut ? bytes.subarray(0, lead) : bytes
}

/** The text of a page as UTF-8, and whether some of its bytes are not of the encoding and are shown as �. */
export function pageText(
  bytes: Uint8Array,
  encoding: TextEncodingName,
): { readonly bytes: Uint8Array; readonly isLossy: boolean } {
  const written = (text: string, isLossy: boolean) => ({ bytes: new TextEncoder().encode(text), isLossy })
  try {
    const text = decodeTextAs(bytes, encoding)
    return encoding === 'utf-8' ? { bytes, isLossy: false } : written(text, false)
  } catch (error) {
    if (!(error instanceof StageError)) throw error
    return encoding === 'utf-8'
      ? { bytes, isLossy: true }
      : written(new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes), true)
  }
}

/** The border of two pages. Both pages read the same bytes there, so both find the same place. */
function boundary(window: Uint8Array, nominal: number, encoding: TextEncodingName): number {
  const limit = Math.min(window.length, nominal + PAGE_OVERLAP)
  if (encoding === 'utf-16le' || encoding === 'utf-16be')
    return wideBoundary(window, nominal, limit, encoding)
  const lineFeed = window.subarray(nominal, limit).indexOf(LINE_FEED)
  if (lineFeed >= 0) return nominal + lineFeed + 1
  if (encoding !== 'utf-8') return Math.min(nominal, limit)
  let at = nominal
  while (at < limit && at < nominal + 3 && isContinuation(window[at])) at += 1
  return at
}

/** The same in code units of two bytes. */
function wideBoundary(
  window: Uint8Array,
  nominal: number,
  limit: number,
  encoding: 'utf-16le' | 'utf-16be',
): number {
  const isLittle = encoding === 'utf-16le'
  const unitAt = (at: number): number => {
    const [first = 0, second = 0] = [window[at], window[at + 1]]
    return isLittle ? first + 256 * second : 256 * first + second
  }
  for (let at = nominal; at + 1 < limit; at += 2) if (unitAt(at) === LINE_FEED) return at + 2
  const isCut = nominal + 1 < limit && (unitAt(nominal) & 0xfc00) === 0xdc00
  return Math.min(window.length, isCut ? nominal + 2 : nominal)
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

/** The length of a character that begins with `byte`; 1 for an invalid first byte. */
function sequenceLength(byte: number | undefined): number {
  if (byte === undefined || byte < 0xc2) return 1
  if (byte < 0xe0) return 2
  if (byte < 0xf0) return 3
  return byte < 0xf5 ? 4 : 1
}
