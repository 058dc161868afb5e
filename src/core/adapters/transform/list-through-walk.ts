import type { Child, Datastore, ListOptions, ListPage } from '../../datastore.ts'
import { Key } from '../../key.ts'
import { pageOf } from '../../list-page.ts'
import { walkValues } from '../walk-values.ts'
import type { KeyTransform } from './key-transform.ts'

/** One page of a level whose children may be anywhere below: every key there is looked at. */
export async function listThroughWalk<V>(
  store: Datastore<V>,
  prefix: Key,
  transform: KeyTransform,
  options: ListOptions,
): Promise<ListPage> {
  const children = new Map<string, Child>()
  for await (const below of walkValues(store, Key.root, options)) {
    const key = transform.from(below.key)
    if (key === undefined || !prefix.isAncestorOf(key)) continue
    const name = key.segments[prefix.depth] as string
    const isValue = key.depth === prefix.depth + 1
    const known = children.get(name)
    children.set(name, {
      name,
      key: prefix.childOfCleanSegment(name),
      isValue: isValue || known?.isValue === true,
      isBranch: !isValue || known?.isBranch === true,
      size: isValue ? below.size : known?.size,
    })
  }
  const level = [...children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return pageOf(level, options)
}
