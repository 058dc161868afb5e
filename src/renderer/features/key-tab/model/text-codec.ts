/** How a line of a text ends. A lone carriage return counts only in a text that has no line feed at all. */
export type LineEnding = '\n' | '\r\n' | '\r'

export interface TextFormat {
  readonly hasBom: boolean
  /** The most frequent ending, the first one among equals. New lines get it. */
  readonly ending: LineEnding
}

/** A decoded text that can be encoded to the same bytes. */
export interface DecodedText extends TextFormat {
  /** The lines without their endings; one more than there are line breaks. */
  readonly lines: readonly string[]
  /** The line breaks that differ from `ending`, by their position in the lines joined with `\n`, in ascending order. */
  readonly exceptions: ReadonlyMap<number, LineEnding>
}

const BOM = '\uFEFF'

/** @returns `undefined` if the bytes are not UTF-8, so that they cannot be edited as text without damage. */
export function decodeText(bytes: Uint8Array): DecodedText | undefined {
  const text = decodeUtf8(bytes)
  return text === undefined ? undefined : splitText(text)
}

/** The text with `�` for everything that is not UTF-8, for display only. */
export function decodeLossy(bytes: Uint8Array): DecodedText {
  return splitText(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
}

/** Encodes a text. `encodeText(decodeText(bytes))` equals `bytes`. */
export function encodeText(
  lines: Iterable<string>,
  format: TextFormat,
  exceptions: ReadonlyMap<number, LineEnding>,
): Uint8Array {
  const parts: string[] = []
  let position = 0
  for (const line of lines) {
    if (parts.length > 0) {
      parts.push(exceptions.get(position) ?? format.ending)
      position += 1
    }
    parts.push(line)
    position += line.length
  }
  return new TextEncoder().encode((format.hasBom ? BOM : '') + parts.join(''))
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function splitText(whole: string): DecodedText {
  const hasBom = whole.startsWith(BOM)
  const text = hasBom ? whole.slice(1) : whole
  if (!text.includes('\n')) {
    const lines = text.split('\r')
    return { lines, hasBom, ending: lines.length > 1 ? '\r' : '\n', exceptions: new Map() }
  }
  const { lines, crlfLines } = splitAtLineFeeds(text)
  const breaks = lines.length - 1
  const firstIsCrlf = crlfLines.has(0)
  const isCrlf = crlfLines.size * 2 === breaks ? firstIsCrlf : crlfLines.size * 2 > breaks
  return { lines, hasBom, ending: isCrlf ? '\r\n' : '\n', exceptions: exceptionsOf(lines, crlfLines, isCrlf) }
}

function splitAtLineFeeds(text: string): { lines: string[]; crlfLines: Set<number> } {
  const lines: string[] = []
  const crlfLines = new Set<number>()
  let start = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', start)) {
    const isCrlf = at > start && text.charCodeAt(at - 1) === 13
    if (isCrlf) crlfLines.add(lines.length)
    lines.push(text.slice(start, isCrlf ? at - 1 : at))
    start = at + 1
  }
  lines.push(text.slice(start))
  return { lines, crlfLines }
}

function exceptionsOf(
  lines: readonly string[],
  crlfLines: ReadonlySet<number>,
  isCrlf: boolean,
): Map<number, LineEnding> {
  const exceptions = new Map<number, LineEnding>()
  if (crlfLines.size === 0 || crlfLines.size === lines.length - 1) return exceptions
  let position = 0
  for (const [index, line] of lines.slice(0, -1).entries()) {
    position += line.length
    if (crlfLines.has(index) !== isCrlf) exceptions.set(position, isCrlf ? '\n' : '\r\n')
    position += 1
  }
  return exceptions
}
