import type { Child, Datastore } from '../../datastore.ts'
import { DatastoreError, failure, isAborted, reason, reasonOf } from '../../errors.ts'
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
    const shard = JSON.stringify(idIn(lists, store))
    throw failure(
      error.code,
      action,
      error.key,
      reason`shard ${shard} could not be read: ${reasonOf(error)}`,
      error,
    )
  }
}
