import type { Child, Datastore, ListOptions, ListPage } from '../../datastore.ts'
import { type Key, segmentProblem } from '../../key.ts'
import { pageLimit } from '../../list-page.ts'
import type { KeyTransform } from './key-transform.ts'

/** One page of a level that is a level below too, without the children that no key leads to. */
export async function listThroughLevel<V>(
  store: Datastore<V>,
  prefix: Key,
  transform: KeyTransform,
  options: ListOptions,
): Promise<ListPage> {
  const limit = pageLimit(options)
  const children: Child[] = []
  let after = options.after === undefined ? undefined : nameBelow(options.after, prefix, transform)
  for (;;) {
    const page = await store.list(transform.to(prefix), { ...options, after, limit: Math.max(1, limit) })
    for (const child of page.children) {
      if (children.length >= limit) return { children, ...cursorOf(children) }
      const key = transform.from(child.key)
      if (key !== undefined) children.push({ ...child, name: key.lastSegment, key })
    }
    if (page.cursor === undefined) return { children }
    if (children.length >= limit) return { children, ...cursorOf(children) }
    after = page.cursor
  }
}

function cursorOf(children: readonly Child[]): { readonly cursor?: string } {
  const last = children.at(-1)
  return last === undefined ? {} : { cursor: last.name }
}

/** A page may start past any text; one that no key can have as a name is its own name below. */
function nameBelow(name: string, prefix: Key, transform: KeyTransform): string {
  return segmentProblem(name) === undefined
    ? transform.to(prefix.childOfCleanSegment(name)).lastSegment
    : name
}
