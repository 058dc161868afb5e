import type { RE2JS } from 're2js'

/** What is searched for in a text. */
export interface FindQuery {
  readonly text: string
  readonly isCase: boolean
  readonly isWord: boolean
  readonly isRegexp: boolean
}

export interface Found {
  readonly matches: readonly Match[]
  /** Whether there are more matches than are kept. */
  readonly isCut: boolean
  /** Why the search is invalid. */
  readonly problem?: string
}

export interface Match {
  readonly from: number
  readonly to: number
}

export const NOTHING_FOUND: Found = { matches: [], isCut: false }

/** The maximum number of matches that are kept, and of characters that an expression is run over at once. */
export const FIND_LIMITS = { matches: 10_000, expression: 2 * 1024 * 1024 }

/** Gives the next match at or after a place; `undefined` where there is none. */
type Finder = (text: string, from: number) => Match | undefined

/** Expressions run in linear time by this, and it is loaded with the first of them. */
type Engine = typeof RE2JS

let engine: Engine | undefined

/** Loads what expressions need. */
export async function loadExpressions(): Promise<void> {
  engine ??= (await import('re2js')).RE2JS
}

/** All matches in a text, in order. Expressions need `loadExpressions()` before. */
export function findMatches(text: string, query: FindQuery): Found {
  if (query.text === '') return NOTHING_FOUND
  if (query.isRegexp && text.length > FIND_LIMITS.expression)
    return { ...NOTHING_FOUND, problem: 'The value is too long for an expression' }
  let find: Finder
  try {
    find = query.isRegexp ? expressionFinder(text, query) : literalFinder(query)
  } catch (error) {
    return { ...NOTHING_FOUND, problem: error instanceof Error ? error.message : String(error) }
  }
  const matches: Match[] = []
  let at = 0
  while (at <= text.length) {
    const match = find(text, at)
    if (match === undefined) break
    // Nothing can be marked of an empty match.
    if (match.to === match.from) {
      at = match.to + 1
      continue
    }
    at = match.to
    if (query.isWord && !isWord(text, match)) continue
    if (matches.length === FIND_LIMITS.matches) return { matches, isCut: true }
    matches.push(match)
  }
  return { matches, isCut: false }
}

function literalFinder({ text: wanted, isCase }: FindQuery): Finder {
  const expression = new RegExp(
    wanted.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`),
    isCase ? 'gu' : 'giu',
  )
  return (text, from) => {
    expression.lastIndex = from
    const match = expression.exec(text)
    return match === null ? undefined : { from: match.index, to: match.index + match[0].length }
  }
}

function expressionFinder(text: string, { text: wanted, isCase }: FindQuery): Finder {
  if (engine === undefined) throw new Error('Expressions are not loaded yet')
  const flags = engine.MULTILINE | (isCase ? 0 : engine.CASE_INSENSITIVE)
  const matcher = engine.compile(wanted, flags).matcher(text)
  return (_, from) => (matcher.find(from) ? { from: matcher.start(), to: matcher.end() } : undefined)
}

const LETTER = /[\p{L}\p{N}_]/u

function isWord(text: string, { from, to }: Match): boolean {
  const isLetter = (at: number) => LETTER.test(text[at] ?? '')
  return !(isLetter(from - 1) && isLetter(from)) && !(isLetter(to - 1) && isLetter(to))
}
