import type { Place } from '../model/row-model.ts'
import type { TreeSource } from './tree-source.ts'

/** Pause in milliseconds after which the next letter starts a new search text. */
const PAUSE = 700

/** The text typed to find a row. */
interface TypedText {
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

/** Whether one letter was typed repeatedly, which means the next row that begins with it. */
export function isRepeated(text: string): boolean {
  const [first, ...rest] = text
  return rest.every(letter => letter === first)
}

/** Whether a name begins with the typed text, ignoring case. */
export function isMatch(name: string, text: string): boolean {
  return name
    .slice(0, text.length * 2)
    .toLowerCase()
    .startsWith(text.toLowerCase())
}

/** The spellings of `text` to look for: names are ordered by code unit, so upper and lower case are apart. */
export function caseVariants(text: string): readonly string[] {
  const [first = '', ...rest] = text
  const capital = first.toUpperCase() + rest.join('')
  return [...new Set([text, text.toLowerCase(), text.toUpperCase(), capital])]
}

/** The maximum number of rows that are searched in the page; the host searches larger trees. */
const MAX_WALK = 2000

/**
 * Finds the next row that begins with the letters typed at `from`. In a small tree on any level, in a large one on the
 * same level.
 */
export async function findByTyping(
  source: TreeSource,
  from: Place,
  text: string,
): Promise<Place | undefined> {
  const isNext = isRepeated(text)
  const letters = isNext ? text.slice(0, 1) : text
  const seen = source.state.model.rows <= MAX_WALK ? walk(source, from, letters, isNext) : undefined
  if (seen?.isNearest === true) return seen.place
  return (await findInLevel(source, from, letters, isNext)) ?? seen?.place
}

/** Looks at the rows that are in the page. `isNearest` is false if a row before the place is not in the page. */
function walk(
  source: TreeSource,
  from: Place,
  letters: string,
  isNext: boolean,
): { readonly place: Place | undefined; readonly isNearest: boolean } {
  const { model } = source.state
  const start = model.rowOf(from) + (isNext ? 1 : 0)
  let isNearest = true
  for (let step = 0; step < model.rows; step++) {
    const place = model.at((start + step) % model.rows)
    const name = source.row(place)?.name
    if (name === undefined) isNearest = false
    else if (isMatch(name, letters)) return { place, isNearest }
  }
  return { place: undefined, isNearest }
}

async function findInLevel(
  source: TreeSource,
  from: Place,
  letters: string,
  isNext: boolean,
): Promise<Place | undefined> {
  if (isNext && from.index + 1 < from.level.state.count) {
    const next = { level: from.level, index: from.index + 1 }
    if (await stands(source, next, letters)) return next
  }
  for (const variant of caseVariants(letters)) {
    const { index, count } = await source.find(from.level, variant)
    const place = { level: from.level, index }
    if (index < count && (await stands(source, place, letters))) return place
  }
  return undefined
}

async function stands(source: TreeSource, place: Place, letters: string): Promise<boolean> {
  const row = await source.readRow(place)
  return row !== undefined && isMatch(row.name, letters)
}
