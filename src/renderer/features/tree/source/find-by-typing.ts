import type { Place } from '../model/row-model.ts'
import { isMeant, isRepeated, spellings } from '../model/type-ahead.ts'
import type { TreeSource } from './tree-source.ts'

/** Rows that are looked through one by one; in more, the host is asked. */
const MAX_WALK = 2000

/**
 * The row that is meant by letters typed at `from`: among few rows the next one that begins with them, whatever its
 * level; among many, one of the same level.
 */
export async function findByTyping(
  source: TreeSource,
  from: Place,
  text: string,
): Promise<Place | undefined> {
  const { model } = source.state
  const isNext = isRepeated(text)
  const letters = isNext ? text.slice(0, 1) : text
  if (model.rows <= MAX_WALK) {
    const start = model.rowOf(from) + (isNext ? 1 : 0)
    for (let step = 0; step < model.rows; step++) {
      const place = model.at((start + step) % model.rows)
      const name = source.row(place)?.name
      if (name !== undefined && isMeant(name, letters)) return place
    }
    return undefined
  }
  if (isNext && from.index + 1 < from.level.state.count) {
    const next = { level: from.level, index: from.index + 1 }
    if (await stands(source, next, letters)) return next
  }
  for (const spelling of spellings(letters)) {
    const { index, count } = await source.find(from.level, spelling)
    const place = { level: from.level, index }
    if (index < count && (await stands(source, place, letters))) return place
  }
  return undefined
}

async function stands(source: TreeSource, place: Place, letters: string): Promise<boolean> {
  const row = await source.readRow(place)
  return row !== undefined && isMeant(row.name, letters)
}
