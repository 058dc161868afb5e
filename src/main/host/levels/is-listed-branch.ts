import type { BinaryDatastore } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import { childrenOf } from '../../../core/list-page.ts'

/**
 * Whether the level of a key lists it as a branch, which may have no keys: an empty folder. The root counts as one if
 * it has children.
 */
export async function isListedBranch(
  store: BinaryDatastore,
  key: Key,
  signal: AbortSignal,
): Promise<boolean> {
  if (key.isRoot) return (await store.list(key, { limit: 1, signal })).children.length > 0
  const name = key.lastSegment
  for await (const child of childrenOf(store, key.parent, {
    after: shortlyBefore(name),
    pageSize: 16,
    signal,
  })) {
    if (child.name >= name) return child.name === name && child.isBranch
  }
  return false
}

/** A text that sorts shortly before `name`; `undefined` if there is none. */
function shortlyBefore(name: string): string | undefined {
  const last = name.charCodeAt(name.length - 1)
  const beginning = Array.from(name).slice(0, -1).join('')
  const isInPair = last >= 0xd800 && last <= 0xdfff
  if (isInPair || last === 0 || last === 0xe000) return beginning === '' ? undefined : beginning
  return `${beginning}${String.fromCharCode(last - 1)}\uffff`
}
