import type { BinaryDatastore } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import { childrenOf } from '../../../core/list-page.ts'

const HIDDEN_AS = { link: 'the symbolic link', name: 'the unreadable name', special: 'the special file' }

/** A description of the first entry at or below a branch that has no key; `undefined` if there is none. */
export async function hiddenBelow(
  store: BinaryDatastore,
  branch: Key,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { hidden } = await store.list(branch, { limit: 1, signal })
  const [entry] = hidden?.examples ?? []
  if (hidden !== undefined && entry !== undefined) {
    const others = hidden.count > 1 ? ` and ${(hidden.count - 1).toLocaleString('en-US')} more` : ''
    const name = `${branch.isRoot ? '' : branch.toString()}/${entry.name}`
    return `it holds ${HIDDEN_AS[entry.reason]} ${JSON.stringify(name)}${others}, which no key stands for`
  }
  for await (const { key, isBranch } of childrenOf(store, branch, { signal })) {
    const found = isBranch ? await hiddenBelow(store, key, signal) : undefined
    if (found !== undefined) return found
  }
  return undefined
}
