/** A part of a displayed name: text, or a substitute for a character that is not visible. */
export interface NamePart {
  readonly text: string
  readonly isSign: boolean
  /** Where it begins in the name, in code units. */
  readonly at: number
}

/** The most characters of a name to render. */
const MAX_SHOWN = 400

/**
 * Control characters, bidirectional controls, invisible characters, and spaces at either end. Joiners (U+200C, U+200D)
 * are left alone: scripts and emoji need them.
 */
const UNSEEN =
  // biome-ignore format: one line reads better
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|^[ \u00a0\u3000]+|[ \u00a0\u3000]+$/gu

/** Substitutes that every font contains and most readers know. */
const FAMILIAR: Readonly<Record<string, string>> = { ' ': '·', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Splits a name into visible text and substitutes for invisible characters. */
export function visibleName(name: string): readonly NamePart[] {
  const shown = name.length > MAX_SHOWN ? wellFormedStart(name) : name
  const parts: NamePart[] = []
  let end = 0
  for (const match of shown.matchAll(UNSEEN)) {
    if (match.index > end) parts.push({ text: shown.slice(end, match.index), isSign: false, at: end })
    parts.push({ text: Array.from(match[0], sign).join(''), isSign: true, at: match.index })
    end = match.index + match[0].length
  }
  if (end < shown.length) parts.push({ text: shown.slice(end), isSign: false, at: end })
  if (shown !== name) parts.push({ text: '…', isSign: true, at: shown.length })
  return parts
}

function sign(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return FAMILIAR[character] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

/** The first characters, without half a surrogate pair at the end. */
function wellFormedStart(name: string): string {
  const cut = name.slice(0, MAX_SHOWN)
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut
}
