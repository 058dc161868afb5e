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
): { readonly offset: number; readonly bytes: Uint8Array } {
  const from = index === 0 ? 0 : boundary(window, 0)
  const isLast = index === pageCount(size) - 1
  const to = isLast ? window.length : boundary(window, TEXT_PAGE)
  return { offset: index * TEXT_PAGE + from, bytes: window.subarray(from, Math.max(from, to)) }
}

/** The page that contains the byte at `offset`, or at a border the one beside it. */
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

/** The border of two pages. Both pages read the same bytes there, so both find the same place. */
function boundary(window: Uint8Array, nominal: number): number {
  const limit = Math.min(window.length, nominal + PAGE_OVERLAP)
  const lineFeed = window.subarray(nominal, limit).indexOf(LINE_FEED)
  if (lineFeed >= 0) return nominal + lineFeed + 1
  let at = nominal
  while (at < limit && at < nominal + 3 && isContinuation(window[at])) at += 1
  return at
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
