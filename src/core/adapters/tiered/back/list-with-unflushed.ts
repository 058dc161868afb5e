import { contextOf } from '../../../call-context.ts'
import type { CallOptions, Child, Datastore, ListOptions, ListPage } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'
import { childrenOf, pageLimit } from '../../../list-page.ts'
import { walkValues } from '../../walk-values.ts'
import type { Snapshot } from './unflushed.ts'
import { UnflushedView } from './unflushed-view.ts'

/**
 * One page of a level of `store`, as it will be once `snapshot` is flushed. Pages of the store are read until the page
 * is full. A branch in which values are to be deleted is looked into until one is found that stays.
 */
export async function listWithUnflushed<V>(
  store: Datastore<V>,
  snapshot: Snapshot<V>,
  prefix: Key,
  options: ListOptions,
): Promise<ListPage> {
  // One more than asked for tells whether there is a next page.
  const limit = Math.min(pageLimit(options), Number.MAX_SAFE_INTEGER - 1)
  const view = new UnflushedView(snapshot)
  const isBefore = (a: string, b: string) => (options.reverse === true ? a > b : a < b)
  const added = await view.list(prefix, { ...options, limit: limit + 1 })
  const waiting = added.children.toReversed()
  const children: Child[] = []
  for await (const below of pagesOf(store, prefix, limit, options)) {
    for (let next = waiting.at(-1); next !== undefined && isBefore(next.name, below.name); ) {
      children.push(next)
      waiting.pop()
      next = waiting.at(-1)
    }
    const own = waiting.at(-1)?.name === below.name ? waiting.pop() : undefined
    const child = await united(below, own)
    if (child !== undefined) children.push(child)
    if (children.length > limit) break
  }
  children.push(...waiting.toReversed())
  const page = children.slice(0, limit)
  const isLast = children.length <= limit
  const isWhole = options.after === undefined && isLast
  return {
    children: page,
    ...(!isLast && limit > 0 && { cursor: page.at(-1)?.name }),
    ...(isWhole && { total: page.length }),
  }

  /** The child that the store and the unflushed writes make together; `undefined` where nothing is left of it. */
  async function united(below: Child, own: Child | undefined): Promise<Child | undefined> {
    const write = snapshot.get(below.key.toString())
    const isBranch = own?.isBranch === true || (below.isBranch && (await isLeft(below.key)))
    if (write === undefined) return below.isValue || isBranch ? { ...below, isBranch } : undefined
    if (write.type === 'put') return { ...below, isValue: true, isBranch, size: write.size }
    return isBranch ? { ...below, isValue: false, isBranch, size: undefined } : undefined
  }

  /** Whether a value below `key` stays. */
  async function isLeft(key: Key): Promise<boolean> {
    const isTouched = [...snapshot.values()].some(
      write => write.type === 'delete' && key.isAncestorOf(write.key),
    )
    if (!isTouched) return true
    for await (const child of walkValues(store, key, contextOf(options))) {
      if (snapshot.get(child.key.toString())?.type !== 'delete') return true
    }
    return false
  }
}

/** The children of a level of the store, from where the caller's page starts. */
function pagesOf<V>(
  store: Datastore<V>,
  prefix: Key,
  limit: number,
  options: ListOptions,
): AsyncIterable<Child> {
  const context: CallOptions = contextOf(options)
  const { after, reverse } = options
  return childrenOf(store, prefix, { ...context, after, reverse, pageSize: limit + 1 })
}
