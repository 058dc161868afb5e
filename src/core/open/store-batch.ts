import { assertBytes } from '../bytes.ts'
import type { Batch, CallOptions } from '../datastore.ts'
import { throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'
import { refuseRoot } from '../preconditions.ts'
import type { Serializer } from '../serializers/serializer.ts'
import { Call, type Maybe } from './call.ts'
import { encoded } from './codec.ts'
import { collected } from './completion.ts'
import type { OpenStore } from './open-store.ts'
import { Payload } from './payload.ts'
import type { Operation } from './store.ts'

type Gathered =
  | { readonly type: 'put'; readonly key: Key; readonly payload: Maybe<Payload> }
  | { readonly type: 'delete'; readonly key: Key }

/** Writes that are gathered, and applied by one call of the store. What a commit does not apply stays for the next. */
export class StoreBatch<V> implements Batch<V> {
  readonly #store: OpenStore
  readonly #codec: Serializer<V> | undefined
  readonly #gathered: Gathered[] = []
  readonly #unapplied: Operation[] = []

  constructor(store: OpenStore, codec: Serializer<V> | undefined) {
    this.#store = store
    this.#codec = codec
  }

  put(key: Key, value: V): this {
    refuseRoot('put', key)
    const payload = this.#payloadOf(key, value)
    // Its failure is heard by the commit.
    if (payload instanceof Promise) payload.catch(() => undefined)
    else payload.keepBytes()
    this.#gathered.push({ type: 'put', key, payload })
    return this
  }

  delete(key: Key): this {
    this.#gathered.push({ type: 'delete', key })
    return this
  }

  async commit(options: CallOptions = {}): Promise<void> {
    throwIfAborted(options.signal, 'commit a batch')
    const call = Call.from(options)
    const gathered = this.#gathered.splice(0)
    const operations = this.#unapplied.splice(0)
    let ready = 0
    try {
      for (; ready < gathered.length; ready++) {
        operations.push(await operationOf(gathered[ready] as Gathered, call))
      }
      await this.#store.batch(operations, call)
    } finally {
      this.#unapplied.unshift(...operations)
      this.#gathered.unshift(...gathered.slice(ready))
    }
  }

  #payloadOf(key: Key, value: V): Maybe<Payload> {
    if (this.#codec !== undefined) return encoded(this.#codec, key, value)
    assertBytes(value)
    return Payload.lent(value)
  }
}

async function operationOf(gathered: Gathered, call: Call): Promise<Operation> {
  if (gathered.type === 'delete') return gathered
  const { type, key, payload } = gathered
  return { type, key, bytes: await collected(key, await payload, call) }
}
