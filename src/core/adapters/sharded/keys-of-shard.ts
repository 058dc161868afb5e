import type { Child, Datastore } from '../../datastore.ts'
import { DatastoreError, isAborted, messageOf } from '../../errors.ts'
import { Key } from '../../key.ts'
import { walkValues } from '../walk-values.ts'
import { idIn, type ShardList } from './shard-list.ts'

/** Every value that one shard holds, whether it belongs there or not. A failure names the shard. */
export async function* keysOfShard<V>(
  lists: readonly ShardList<V>[],
  store: Datastore<V>,
  action: string,
  signal: AbortSignal | undefined,
): AsyncIterable<Child> {
  try {
    yield* walkValues(store, Key.root, { signal })
  } catch (error) {
    if (isAborted(error) || !(error instanceof DatastoreError)) throw error
    const state = `shard ${JSON.stringify(idIn(lists, store))} could not be read: ${messageOf(error)}`
    throw new DatastoreError(error.code, `Cannot ${action}: ${state}`, { key: error.key, cause: error })
  }
}
