import { compareBytes, hasPart } from './byte-order.ts'
import type { Check, Expect, Outcome, Range, Row, Seen, Write } from './driver.ts'

/**
 * The result of a write to a key that has this row now (`undefined`: none), for a driver that checks conditions in this
 * process.
 */
export function outcomeOf({ expect, value }: Pick<Write, 'expect' | 'value'>, row: Row | undefined): Outcome {
  if (row === undefined) {
    const isPut = value !== undefined
    return isPut && (expect === 'any' || expect === 'absent') ? 'done' : 'absent'
  }
  if (expect === 'any' || expect === 'present') return 'done'
  if (expect === 'absent') return 'exists'
  return isSeen(expect, row) ? 'done' : 'changed'
}

/** Whether a row is in the state that was read before. */
function isSeen(seen: Exclude<Expect, string>, { version, value }: Row): boolean {
  if ('version' in seen) return version === seen.version
  if (value === undefined) return false
  return 'part' in seen ? hasPart(value, seen.part, seen.at) : compareBytes(value, seen.sameValue) === 0
}

/** Whether everything that was read is unchanged, for a driver that checks in this process, atomically. */
export function areSeen(
  checks: readonly Check[],
  get: (key: Uint8Array, seen: Seen) => Row | undefined,
  range: (range: Range) => readonly Row[],
): boolean {
  return checks.every(check => {
    if ('range' in check) return sameKeys(range(check.range), check.keys)
    const row = get(check.key, check.seen)
    if (check.seen === 'absent' || row === undefined) return check.seen === 'absent' && row === undefined
    return isSeen(check.seen, row)
  })
}

/** Whether rows have exactly these keys. */
export function sameKeys(rows: readonly Row[], keys: readonly Uint8Array[]): boolean {
  return (
    rows.length === keys.length &&
    rows.every((row, index) => compareBytes(row.key, keys[index] as Uint8Array) === 0)
  )
}
