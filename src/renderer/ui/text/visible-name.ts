/** A part of a displayed name: text, or a substitute for a character that is not visible. */
export interface NamePart {
  readonly text: string
  readonly isSign: boolean
  /** Where it begins in the name, in code units. */
  readonly at: number
}

/** The maximum number of characters that are rendered at each end of a name that is longer than both together. */
const SHOWN = { start: 300, end: 100 }

/**
 * Control characters, bidirectional controls, invisible characters, and spaces at either end. Joiners (U+200C, U+200D)
 * are left alone: scripts and emoji need them.
 */
const UNSEEN =
  // biome-ignore format: one line reads better
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|^[ \u00a0\u3000]+|[ \u00a0\u3000]+$/gu

/** Substitutes that every font contains and most readers know. */
const COMMON_SIGNS: Readonly<Record<string, string>> = { ' ': '·', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Words of letters and their marks, which may be written in composed or decomposed form. */
const WORDS = /[\p{L}\p{M}]+/gu

/** The sign after a word in decomposed form, which looks like one in composed form and is another name. */
const DECOMPOSED = 'NFD'

/** Splits a name into visible text and substitutes for invisible characters. */
export function visibleName(name: string): readonly NamePart[] {
  if (name.length <= SHOWN.start + SHOWN.end) return partsOf(name, 0)
  const start = wellFormedStart(name)
  const end = wellFormedEnd(name)
  const gap = { text: '…', isSign: true, at: start.length }
  return [...partsOf(start, 0), gap, ...partsOf(end, name.length - end.length)]
}

/** @param from Where `shown` begins in the name. */
function partsOf(shown: string, from: number): readonly NamePart[] {
  const parts: NamePart[] = []
  let end = 0
  for (const match of shown.matchAll(UNSEEN)) {
    const { index } = match
    if (index > end) parts.push(...wordsOf(shown.slice(end, index), from + end))
    parts.push({ text: Array.from(match[0], sign).join(''), isSign: true, at: from + index })
    end = index + match[0].length
  }
  if (end < shown.length) parts.push(...wordsOf(shown.slice(end), from + end))
  return parts
}

/** Text with a sign after each word in decomposed form. */
function wordsOf(text: string, from: number): readonly NamePart[] {
  if (text === text.normalize('NFC')) return [{ text, isSign: false, at: from }]
  const parts: NamePart[] = []
  let end = 0
  for (const { 0: word, index } of text.matchAll(WORDS)) {
    if (word === word.normalize('NFC')) continue
    const after = index + word.length
    parts.push({ text: text.slice(end, after), isSign: false, at: from + end })
    parts.push({ text: DECOMPOSED, isSign: true, at: from + after })
    end = after
  }
  if (end < text.length) parts.push({ text: text.slice(end), isSign: false, at: from + end })
  return parts
}

/** The same as one text, for places that take no markup. */
export function visibleText(name: string): string {
  return visibleName(name)
    .map(part => part.text)
    .join('')
}

function sign(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return COMMON_SIGNS[character] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

/** The first characters, without half a surrogate pair at the end. */
function wellFormedStart(name: string): string {
  const cut = name.slice(0, SHOWN.start)
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut
}

/** The last characters, without half a surrogate pair at the start. */
function wellFormedEnd(name: string): string {
  const cut = name.slice(-SHOWN.end)
  return /^[\udc00-\udfff]/.test(cut) ? cut.slice(1) : cut
}
