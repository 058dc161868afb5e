import type { Child, ListOptions, ListPage } from '../datastore.ts'
import type { Key } from '../key.ts'
import { levelInfoOf, pageLimit } from '../list-page.ts'
import type { Datastore } from '../open/datastore.ts'

/**
 * One page of a level that is spread over several stores. Each store is asked for a page of the same size, which is
 * enough for any distribution. A name that occurs in several stores appears once, with everything that it is in any of
 * them.
 */
export async function mergeLevel(
  stores: readonly Pick<Datastore<unknown>, 'list'>[],
  prefix: Key,
  options: ListOptions,
): Promise<ListPage> {
  const limit = pageLimit(options)
  const pages = await Promise.all(
    [...new Set(stores)].map(store => store.list(prefix, { ...options, limit })),
  )
  const merged = new Map<string, Child>()
  for (const page of pages) {
    for (const child of page.children) {
      const known = merged.get(child.name)
      merged.set(child.name, known === undefined ? child : unite(known, child))
    }
  }
  const direction = options.reverse === true ? -1 : 1
  const all = [...merged.values()].sort((a, b) => (a.name < b.name ? -direction : direction))
  const children = all.slice(0, limit)
  const last = children.at(-1)
  const hasMore = all.length > limit || pages.some(page => page.cursor !== undefined)
  const levelInfo = levelInfoOf(pages)
  if (hasMore && last !== undefined) return { children, cursor: last.name, ...levelInfo }
  // An empty page says nothing about its level.
  const isWhole = options.after === undefined && !hasMore && limit > 0
  return { children, ...(isWhole && { total: children.length }), ...levelInfo }
}

function unite(a: Child, b: Child): Child {
  return {
    ...a,
    isValue: a.isValue || b.isValue,
    isBranch: a.isBranch || b.isBranch,
    size: a.isValue ? a.size : b.size,
    mtime: a.isValue ? a.mtime : b.mtime,
  }
}
