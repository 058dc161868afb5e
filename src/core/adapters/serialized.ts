import type { BinaryDatastore } from '../datastore.ts'
import { Datastore, openStoreOf } from '../open/datastore.ts'
import type { Serializer } from '../serializers/serializer.ts'

/**
 * A store of values over a store of bytes. `stat` tells the size of the stored form. Bytes that do not decode are
 * `CORRUPT`, and stay as they are.
 */
export class SerializedDatastore<T> extends Datastore<T> {
  constructor(store: BinaryDatastore, serializer: Serializer<T>) {
    super(openStoreOf(store), serializer)
  }
}

/** A store of values over `store`, which it closes. */
export function serialized<T>(store: BinaryDatastore, serializer: Serializer<T>): SerializedDatastore<T> {
  return new SerializedDatastore(store, serializer)
}
