import { findJsonProblem } from './json-check.ts'
import { decodeText, type LineEnding } from './text-codec.ts'

/** How the person asked to see a value. */
export type View = 'auto' | 'text' | 'json' | 'hex'

/** How it is shown. */
export type ShownAs = 'text' | 'json' | 'hex'

/** Above this many bytes JSON is coloured but not checked while one types. */
export const JSON_CHECK_LIMIT = 4 * 1024 * 1024

/** Properties derived from the bytes of a value. */
export interface ValueFacts {
  readonly isUtf8: boolean
  readonly hasBom: boolean
  /** `mixed` where lines end differently; absent where there is only one line. */
  readonly lineEnds: 'LF' | 'CRLF' | 'CR' | 'mixed' | undefined
  /** What "Auto" shows. */
  readonly natural: ShownAs
}

const NAMES: Readonly<Record<LineEnding, 'LF' | 'CRLF' | 'CR'>> = { '\n': 'LF', '\r\n': 'CRLF', '\r': 'CR' }

/** @param bytes The value or, with `isWhole` false, its beginning cut between two characters. */
export function factsOf(keyText: string, bytes: Uint8Array, isWhole: boolean): ValueFacts {
  const text = decodeText(bytes)
  if (text === undefined) return { isUtf8: false, hasBom: false, lineEnds: undefined, natural: 'hex' }
  const { hasBom, ending, exceptions, lines } = text
  const lineEnds = lines.length === 1 ? undefined : exceptions.size > 0 ? 'mixed' : NAMES[ending]
  const isJson = keyText.toLowerCase().endsWith('.json') || (isWhole && looksLikeJson(lines))
  const natural = bytes.includes(0) ? 'hex' : isJson ? 'json' : 'text'
  return { isUtf8: true, hasBom, lineEnds, natural }
}

export function shownAs(view: View, facts: ValueFacts): ShownAs {
  return view === 'auto' ? facts.natural : view
}

/** Short labels for how a value was decoded: `UTF-8 · JSON · CRLF · BOM`. */
export function chipsOf(shown: ShownAs, facts: ValueFacts): readonly string[] {
  const encoding = facts.isUtf8 ? 'UTF-8' : 'Not UTF-8'
  const lineEnds = facts.lineEnds === 'mixed' ? 'Mixed line ends' : facts.lineEnds
  const chips = [encoding, { text: 'Text', json: 'JSON', hex: 'Hex' }[shown], lineEnds]
  return [...chips, facts.hasBom ? 'BOM' : undefined].filter(chip => chip !== undefined)
}

function looksLikeJson(lines: readonly string[]): boolean {
  const first = lines
    .find(line => line.trim() !== '')
    ?.trimStart()
    .charAt(0)
  if (first !== '{' && first !== '[') return false
  const text = lines.join('\n')
  return text.length > JSON_CHECK_LIMIT || findJsonProblem(text) === undefined
}
