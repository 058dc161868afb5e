import { Key, segmentProblem } from '../../core/key.ts'

/** The key that a text names where `key` is renamed, or why it names none. */
export type RenamedKey = { readonly to: string } | { readonly problem: string }

/**
 * Reads what a person types as the new name of `key`: with a leading `/` a whole key, without one a key beside `key`.
 * @example `b.txt` for `/values/a.txt` is `/values/b.txt`; `/b.txt` is `/b.txt`
 */
export function renamedKey(key: string, text: string): RenamedKey {
  const isWhole = text.startsWith('/')
  const segments = text.split('/').slice(isWhole ? 1 : 0)
  const problem = segments.map(segmentProblem).find(found => found !== undefined)
  if (problem !== undefined) return { problem }
  return { to: (isWhole ? Key.root : Key.parse(key).parent).child(segments).toString() }
}
