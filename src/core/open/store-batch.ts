import type { Batch, CallOptions } from '../datastore.ts'
import type { Key } from '../key.ts'
import { refuseRoot } from '../options.ts'
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

/**
 * Writes that are collected, and applied by one call of the store. Writes that a commit does not apply remain for the
 * next one.
 */
export class StoreBatch<V> implements Batch<V> {
  readonly #store: OpenStore
  readonly #codec: Serializer<V> | undefined
  #gathered: Gathered[] = []
  #unapplied: Operation[] = []

  constructor(store: OpenStore, codec: Serializer<V> | undefined) {
    this.#store = store
    this.#codec = codec
  }

  put(key: Key, value: V): this {
    refuseRoot('put', key)
    const payload = this.#payloadOf(key, value)
    // Its failure is reported by the commit.
    if (payload instanceof Promise) payload.catch(() => undefined)
    else payload.keepBytes()
    this.#gathered.push({ type: 'put', key, payload })
    return this
  }

  delete(key: Key): this {
    this.#gathered.push({ type: 'delete', key })
    return this
  }

  /** Takes the turn of every key before it returns, so that later calls on them wait. */
  async commit(options: CallOptions = {}): Promise<void> {
    const call = Call.from(options)
    call.throwIfAborted('commit a batch')
    const [left, gathered] = [this.#unapplied, this.#gathered]
    this.#unapplied = []
    this.#gathered = []
    const keys = [...left, ...gathered].map(({ key }) => key)
    const operations = allOf(left, gathered, call)
    const work = { isStarted: false }
    const keepRest = () => {
      if (operations instanceof Promise) {
        operations.then(
          rest => {
            this.#unapplied = rest.concat(this.#unapplied)
          },
          () => {
            this.#unapplied = left.concat(this.#unapplied)
            this.#gathered = gathered.concat(this.#gathered)
          },
        )
      } else this.#unapplied = operations.concat(this.#unapplied)
    }
    try {
      await this.#store.batch(operations, call, {
        keys,
        onBegin: () => {
          work.isStarted = true
        },
        onEnd: keepRest,
      })
    } catch (error) {
      // Work that has begun may still be running, because an abort is answered early.
      if (!work.isStarted) keepRest()
      throw error
    }
  }

  #payloadOf(key: Key, value: V): Maybe<Payload> {
    if (this.#codec !== undefined) return encoded(this.#codec, key, value)
    return Payload.lent(value)
  }
}

/** The operations of a batch. Without a promise if all values are encoded. */
function allOf(left: readonly Operation[], gathered: readonly Gathered[], call: Call): Maybe<Operation[]> {
  const operations = gathered.map(one => operationOf(one, call))
  if (!operations.some(one => one instanceof Promise)) return [...left, ...(operations as Operation[])]
  const all = Promise.all(operations.map(async one => one)).then(ready => [...left, ...ready])
  // Its failure is reported when the batch has its turn.
  all.catch(() => undefined)
  return all
}

function operationOf(gathered: Gathered, call: Call): Maybe<Operation> {
  if (gathered.type === 'delete') return gathered
  const { type, key, payload } = gathered
  if (payload instanceof Promise || payload.isStream) return collectedOperation(key, payload, call)
  return { type, key, bytes: payload.keep() }
}

async function collectedOperation(key: Key, payload: Maybe<Payload>, call: Call): Promise<Operation> {
  return { type: 'put', key, bytes: await collected(key, await payload, call) }
}
