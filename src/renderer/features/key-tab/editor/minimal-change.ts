import type { ChangeSpec, Text } from '@codemirror/state'

/** The one change that turns `before` into `after` and leaves alone what they share at both ends. */
export function minimalChange(before: Text, after: Text): ChangeSpec {
  const [old, next] = [before.toString(), after.toString()]
  const limit = Math.min(old.length, next.length)
  let start = 0
  while (start < limit && old.charCodeAt(start) === next.charCodeAt(start)) start += 1
  let tail = 0
  while (
    tail < limit - start &&
    old.charCodeAt(old.length - 1 - tail) === next.charCodeAt(next.length - 1 - tail)
  ) {
    tail += 1
  }
  return { from: start, to: old.length - tail, insert: after.slice(start, next.length - tail) }
}
