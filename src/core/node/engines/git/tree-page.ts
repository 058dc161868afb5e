import type { Hidden, ListOptions, ListPage } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'
import { pageLimit } from '../../../list-page.ts'
import type { LevelEntry, TreeLevel } from './trees.ts'

/** The number of hidden entries that a page names. */
const MAX_EXAMPLES = 10

/** One page of a tree. */
export function pageOfTree(
  { children: all, hidden }: TreeLevel,
  prefix: Key,
  options: ListOptions,
): ListPage {
  const limit = pageLimit(options)
  const { after, reverse = false } = options
  let part: readonly LevelEntry[]
  let hasMore: boolean
  if (reverse) {
    const end = after === undefined ? all.length : firstFrom(all, after, false)
    part = all.slice(Math.max(0, end - limit), end).toReversed()
    hasMore = end > limit
  } else {
    const start = after === undefined ? 0 : firstFrom(all, after, true)
    part = all.slice(start, start + limit)
    hasMore = start + limit < all.length
  }
  const last = part.at(-1)
  return {
    children: part.map(({ name, isValue }) => ({
      name,
      key: prefix.childOfCleanSegment(name),
      isValue,
      isBranch: !isValue,
    })),
    total: all.length,
    ...(hasMore && last !== undefined && { cursor: last.name }),
    ...(hidden.length > 0 && { hidden: hiddenIn(hidden) }),
  }
}

function hiddenIn(hidden: TreeLevel['hidden']): Hidden {
  return { count: hidden.length, examples: hidden.slice(0, MAX_EXAMPLES) }
}

/** The index of the first name from `name` on, or after it. */
function firstFrom(all: readonly LevelEntry[], name: string, isAfter: boolean): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const one = (all[middle] as LevelEntry).name
    if (isAfter ? one <= name : one < name) low = middle + 1
    else high = middle
  }
  return low
}
