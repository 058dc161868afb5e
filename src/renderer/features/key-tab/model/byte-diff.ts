/** A run of bytes that differs. */
export interface ByteChange {
  readonly offset: number
  readonly before: Uint8Array
  readonly after: Uint8Array
}

/** Equal bytes between two changes that are still shown as one. */
const JOIN = 4

/**
 * Where two values differ: run by run where they are of one size, else the one stretch between what both begin and end
 * with.
 * @param limit At most so many changes are listed.
 */
export function byteChanges(before: Uint8Array, after: Uint8Array, limit: number): readonly ByteChange[] {
  if (before.length !== after.length) return middleChange(before, after)
  const changes: ByteChange[] = []
  let at = nextDifference(before, after, 0)
  while (at < before.length && changes.length < limit) {
    let end = at + 1
    let next = nextDifference(before, after, end)
    while (next < before.length && next - end < JOIN) {
      end = next + 1
      next = nextDifference(before, after, end)
    }
    changes.push({ offset: at, before: before.subarray(at, end), after: after.subarray(at, end) })
    at = next
  }
  return changes
}

function nextDifference(a: Uint8Array, b: Uint8Array, from: number): number {
  let at = from
  while (at < a.length && a[at] === b[at]) at += 1
  return at
}

function middleChange(before: Uint8Array, after: Uint8Array): readonly ByteChange[] {
  const limit = Math.min(before.length, after.length)
  let start = 0
  while (start < limit && before[start] === after[start]) start += 1
  let tail = 0
  while (tail < limit - start && before[before.length - 1 - tail] === after[after.length - 1 - tail])
    tail += 1
  return [
    {
      offset: start,
      before: before.subarray(start, before.length - tail),
      after: after.subarray(start, after.length - tail),
    },
  ]
}
