import { Datastore } from '../../../src/core/open/datastore.ts'
import { type Json, json } from '../../../src/core/serializers/json.ts'
import { MemoryStore } from '../../../src/core/stores/memory.ts'

export type { Json } from '../../../src/core/serializers/json.ts'

/** A minimal object store: JSON in memory, queried by scanning. */
export class ObjectStore extends Datastore<Json> {
  constructor() {
    super(new MemoryStore(), json)
  }
}
