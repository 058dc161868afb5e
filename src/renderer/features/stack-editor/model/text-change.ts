import { splice } from '../json/text-lines.ts'

/** One stretch of text that gave way to another. */
export interface TextChange {
  readonly from: number
  readonly removed: string
  readonly inserted: string
}

/** The smallest single change from one text to the other; undefined when they are equal. */
export function changeBetween(before: string, after: string): TextChange | undefined {
  if (before === after) return undefined
  const shorter = Math.min(before.length, after.length)
  let from = 0
  while (from < shorter && before[from] === after[from]) from++
  let tail = 0
  while (tail < shorter - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  return {
    from,
    removed: before.slice(from, before.length - tail),
    inserted: after.slice(from, after.length - tail),
  }
}

export function applyChange(text: string, { from, removed, inserted }: TextChange): string {
  return splice(text, from, from + removed.length, inserted)
}

export function invertChange({ from, removed, inserted }: TextChange): TextChange {
  return { from, removed: inserted, inserted: removed }
}
