import type { Child, ListOptions, ListPage } from '../datastore.ts'
import type { Key } from '../key.ts'
import { levelInfoOf, pageLimit } from '../list-page.ts'

/**
 * One page of a level, combined with the branches that lead to mount points.
 * @param points Mount points anywhere below `prefix`. One directly below it hides the child of that name.
 * @param list Lists the level of the store that `prefix` belongs to.
 */
export async function overlayLevel(
  prefix: Key,
  points: readonly Key[],
  list: (options: ListOptions) => Promise<ListPage>,
  options: ListOptions,
): Promise<ListPage> {
  const limit = pageLimit(options)
  const { after, reverse = false } = options
  const isBefore = (a: string, b: string) => (reverse ? a > b : a < b)
  const page = await list({ ...options, limit })
  const branches = branchesTo(prefix, points)
  const merged = new Map<string, Child>()
  for (const child of page.children) {
    const branch = branches.get(child.name)
    if (branch?.isHiding === true) continue
    const key = prefix.childOfCleanSegment(child.name)
    merged.set(child.name, { ...child, key, isBranch: child.isBranch || branch !== undefined })
  }
  for (const name of branches.keys()) {
    const isPastStart = after === undefined || isBefore(after, name)
    // A name after the last one of this page belongs to a later page.
    const isInPage = page.cursor === undefined || !isBefore(page.cursor, name)
    if (!isPastStart || !isInPage || merged.has(name)) continue
    merged.set(name, { name, key: prefix.childOfCleanSegment(name), isValue: false, isBranch: true })
  }
  const all = [...merged.values()].sort((a, b) => (isBefore(a.name, b.name) ? -1 : 1))
  const children = all.slice(0, limit)
  const cursor = all.length > limit ? children.at(-1)?.name : page.cursor
  // An empty page says nothing about its level.
  const isWhole = after === undefined && cursor === undefined && limit > 0
  return {
    children,
    ...(cursor !== undefined && { cursor }),
    ...(isWhole && { total: children.length }),
    ...levelInfoOf([page]),
  }
}

function branchesTo(prefix: Key, points: readonly Key[]): Map<string, { isHiding: boolean }> {
  const branches = new Map<string, { isHiding: boolean }>()
  for (const point of points) {
    const name = point.segments[prefix.depth] as string
    const isHiding = point.depth === prefix.depth + 1
    branches.set(name, { isHiding: isHiding || branches.get(name)?.isHiding === true })
  }
  return branches
}
