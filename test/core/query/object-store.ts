import { Datastore, openStoreOf } from '../../../src/core/open/datastore.ts'
import type { Serializer } from '../../../src/core/serializers/serializer.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

const plainJson: Serializer<Json> = {
  name: 'json',
  encode: value => new TextEncoder().encode(JSON.stringify(value)),
  decode: bytes => JSON.parse(new TextDecoder().decode(bytes)) as Json,
}

/** The least object store there can be: JSON in memory, queried by scanning. */
export class ObjectStore extends Datastore<Json> {
  constructor() {
    super(openStoreOf(new MemoryDatastore()), plainJson)
  }
}
