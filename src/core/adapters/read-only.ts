import type { Datastore } from '../datastore.ts'
import { LockableDatastore } from './lockable.ts'

/** The same store with every write refused (`READ_ONLY`), whichever way it comes. */
export function readOnly<V>(store: Datastore<V>): Datastore<V> {
  return new LockableDatastore(store, true)
}
