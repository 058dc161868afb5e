import type { CallOptions, Datastore, StoreStats } from '../datastore.ts'
import type { Key } from '../key.ts'
import { walkValues } from './walk-values.ts'

/** Counts the values below `prefix` by walking. Exact but for what is written meanwhile. */
export async function countTree<V>(
  store: Datastore<V>,
  prefix: Key,
  options: CallOptions,
): Promise<StoreStats> {
  let entries = 0
  let bytes = 0
  for await (const { key, size } of walkValues(store, prefix, options)) {
    entries++
    bytes += size ?? (await store.stat(key, options)).size
  }
  return { entries, bytes, accuracy: 'exact' }
}
