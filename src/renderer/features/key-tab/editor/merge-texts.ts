import { diff3Merge, diffIndices } from 'node-diff3'
import type { DecodedText } from '../model/text-codec.ts'

export interface Merged {
  readonly text: DecodedText
  /** How many changes of theirs are in the text. */
  readonly taken: number
  /** The lines, from 1, where both sides changed the same: the text has mine there. */
  readonly conflicts: readonly number[]
}

/**
 * Merges what two sides made of one text, line by line.
 * @returns `undefined` where line ends differ within or between the texts, because lines do not include them.
 */
export function mergeTexts(base: DecodedText, mine: DecodedText, theirs: DecodedText): Merged | undefined {
  const texts = [base, mine, theirs]
  const isAlike = texts.every(text => text.exceptions.size === 0 && isSameFormat(text, mine))
  if (!isAlike) return undefined
  const lines: string[] = []
  const conflicts: number[] = []
  const regions = diff3Merge([...mine.lines], [...base.lines], [...theirs.lines], {
    excludeFalseConflicts: true,
  })
  for (const { ok, conflict } of regions) {
    if (conflict !== undefined) conflicts.push(lines.length + 1)
    lines.push(...(ok ?? conflict?.a ?? []))
  }
  return { text: { ...mine, lines }, taken: takenChanges(mine.lines, lines), conflicts }
}

function isSameFormat(a: DecodedText, b: DecodedText): boolean {
  // A text without a line break has no line end of its own.
  return a.hasBom === b.hasBom && (a.ending === b.ending || a.lines.length === 1 || b.lines.length === 1)
}

/** In how many places a merged text differs from mine. */
function takenChanges(mine: readonly string[], merged: readonly string[]): number {
  return diffIndices([...mine], [...merged]).length
}
