import type { CallOptions, Datastore, StoreStats } from '../datastore.ts'
import { throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'
import { childrenOf } from '../list-page.ts'

/** Counts the values below `prefix` by walking. Exact but for what is written meanwhile. */
export async function countTree<V>(
  store: Datastore<V>,
  prefix: Key,
  options: CallOptions,
): Promise<StoreStats> {
  let entries = 0
  let bytes = 0
  const levels = [prefix]
  for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
    throwIfAborted(options.signal, 'count', prefix)
    for await (const child of childrenOf(store, level, options)) {
      if (child.isBranch) levels.push(child.key)
      if (!child.isValue) continue
      entries++
      bytes += child.size ?? (await store.stat(child.key, options)).size
    }
  }
  return { entries, bytes, accuracy: 'exact' }
}
