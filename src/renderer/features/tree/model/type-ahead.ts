/** Milliseconds after which the next letter begins anew. */
const PAUSE = 700

/** What was typed to get to a row. */
export interface TypedText {
  readonly text: string
  /** When the last letter was typed, milliseconds. */
  readonly at: number
}

export const NOTHING_TYPED: TypedText = { text: '', at: Number.NEGATIVE_INFINITY }

export function isTyping({ text, at }: TypedText, now: number): boolean {
  return text !== '' && now - at < PAUSE
}

export function typed(before: TypedText, letter: string, now: number): TypedText {
  return { text: isTyping(before, now) ? before.text + letter : letter, at: now }
}

/** The same letter again and again means: the next row that begins with it. */
export function isRepeated(text: string): boolean {
  const [first, ...rest] = text
  return rest.every(letter => letter === first)
}

/** Whether a name is one that was meant. Letters match in either case. */
export function isMeant(name: string, text: string): boolean {
  return name
    .slice(0, text.length * 2)
    .toLowerCase()
    .startsWith(text.toLowerCase())
}

/** How the beginning of a name may be written that was typed as `text`: names are ordered by code unit, case apart. */
export function spellings(text: string): readonly string[] {
  const [first = '', ...rest] = text
  const capital = first.toUpperCase() + rest.join('')
  return [...new Set([text, text.toLowerCase(), text.toUpperCase(), capital])]
}
