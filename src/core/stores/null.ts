import { chunksOf } from '../bytes.ts'
import { type Capabilities, MINIMAL } from '../capabilities.ts'
import type { ListPage, StoreStats } from '../datastore.ts'
import { failure } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from '../open/call.ts'
import { Datastore } from '../open/datastore.ts'
import { idInProcess } from '../open/identity.ts'
import type { Payload } from '../open/payload.ts'
import { checkConditions } from '../open/refusals.ts'
import type { Moved, Removed, Store, StoreInfo, Written } from '../open/store.ts'

/** Accepts every value and stores none: each key is always absent. For tests, and to measure what is above it. */
export class NullStore implements Store {
  readonly info: StoreInfo = { kind: 'null', id: idInProcess('null') }
  readonly capabilities: Capabilities = {
    ...MINIMAL,
    read: { range: true, stream: true, etag: 'version' },
    write: { ifAbsent: 'everyone', ifMatch: 'everyone', stream: true, ttl: false },
    remove: { ifMatch: 'everyone' },
    list: 'seek',
    batch: 'atomic',
    rename: 'atomic',
  }
  readonly lent = true
  #version = 0

  read(): undefined {
    return undefined
  }

  stream(): undefined {
    return undefined
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    return value.isStream ? this.#drain(key, value, call) : this.#written(call)
  }

  async #drain(key: Key, value: Payload, call: Call): Promise<Written> {
    const chunks = chunksOf(value.take(), key, call.signal)[Symbol.asyncIterator]()
    while ((await chunks.next()).done !== true);
    return this.#written(call)
  }

  #written({ options }: Call): Written {
    const refused = checkConditions(undefined, options)
    return refused === undefined ? { etag: `null.${++this.#version}` } : { refused }
  }

  remove(): Removed {
    return 'absent'
  }

  move(): Moved {
    return 'absent'
  }

  list(): ListPage {
    return { children: [], total: 0 }
  }

  batch(): void {
    // A batch has no conditions, and its values are not kept.
  }

  stats(): StoreStats {
    return { entries: 0, bytes: 0, accuracy: 'exact' }
  }

  /** A put changes nothing, so there are no changes. */
  async *watch(prefix: Key): AsyncIterable<never> {
    throw failure('UNSUPPORTED', 'watch', prefix, 'the store keeps no values')
  }
}

/** A datastore that accepts every value and stores none. */
export class NullDatastore extends Datastore {
  constructor() {
    super(new NullStore())
  }
}
