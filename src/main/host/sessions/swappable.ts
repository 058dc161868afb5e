import { Lifecycle } from '../../../core/concurrency/lifecycle.ts'
import type {
  Batch,
  BinaryDatastore,
  CallOptions,
  Capabilities,
  Change,
  DeleteOptions,
  Entry,
  KeySource,
  ListOptions,
  ListPage,
  Pair,
  PairSource,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  Stat,
  StoreStats,
  ValueSource,
} from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { Query, QueryOptions, QueryPlan } from '../../../core/query/query.ts'

type Bytes = Uint8Array

/** A store that serves, and the calls that run in it. */
interface Generation {
  readonly store: BinaryDatastore
  readonly calls: Lifecycle
}

/** Passes every call to the store of the moment. The store can be replaced under calls that are running. */
export class SwappableDatastore implements BinaryDatastore {
  #current: Generation

  constructor(store: BinaryDatastore) {
    this.#current = { store, calls: new Lifecycle() }
  }

  get capabilities(): Capabilities {
    return this.#current.store.capabilities
  }

  /**
   * Hands every call from now on to `store`.
   * @returns Resolves once the last call in the old store has ended and the old store is closed.
   */
  swap(store: BinaryDatastore): Promise<void> {
    const old = this.#current
    this.#current = { store, calls: new Lifecycle() }
    return end(old)
  }

  get(key: Key, options?: CallOptions): Promise<Bytes> {
    return this.#call('get', key, store => store.get(key, options))
  }

  getStream(key: Key, options?: RangeOptions): AsyncIterable<Bytes> {
    return this.#iterate('get', key, store => store.getStream(key, options))
  }

  put(key: Key, value: ValueSource<Bytes>, options?: PutOptions): Promise<PutResult> {
    return this.#call('put', key, store => store.put(key, value, options))
  }

  putNew(prefix: Key, value: ValueSource<Bytes>, options?: CallOptions): Promise<Key> {
    return this.#call('put below', prefix, store => store.putNew(prefix, value, options))
  }

  delete(key: Key, options?: DeleteOptions): Promise<void> {
    return this.#call('delete', key, store => store.delete(key, options))
  }

  has(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#call('look up', key, store => store.has(key, options))
  }

  stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.#call('stat', key, store => store.stat(key, options))
  }

  rename(from: Key, to: Key, options?: RenameOptions): Promise<void> {
    return this.#call('rename', from, store => store.rename(from, to, options))
  }

  list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    return this.#call('list', prefix, store => store.list(prefix, options))
  }

  getMany(keys: KeySource, options?: CallOptions): AsyncIterable<Pair<Bytes>> {
    return this.#iterate('get', undefined, store => store.getMany(keys, options))
  }

  putMany(pairs: PairSource<Bytes>, options?: CallOptions): AsyncIterable<Key> {
    return this.#iterate('put', undefined, store => store.putMany(pairs, options))
  }

  deleteMany(keys: KeySource, options?: CallOptions): AsyncIterable<Key> {
    return this.#iterate('delete', undefined, store => store.deleteMany(keys, options))
  }

  /** The batch belongs to the store of this moment, and goes to it even when it is committed later. */
  batch(): Batch<Bytes> {
    const { store, calls } = this.#current
    const below = store.batch()
    const batch: Batch<Bytes> = {
      put(key, value) {
        below.put(key, value)
        return batch
      },
      delete(key) {
        below.delete(key)
        return batch
      },
      commit: options => calls.run('commit a batch', undefined, () => below.commit(options)),
    }
    return batch
  }

  query(query: Query, options?: QueryOptions): AsyncIterable<Entry<Bytes>> {
    return this.#iterate('query', undefined, store => store.query(query, options))
  }

  explainQuery(query: Query): QueryPlan {
    return this.#current.store.explainQuery(query)
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.#call('count', undefined, store => store.stats(options))
  }

  sync(prefix?: Key, options?: CallOptions): Promise<void> {
    return this.#call('sync', prefix, store => store.sync(prefix, options))
  }

  watch(prefix: Key, options?: CallOptions): AsyncIterable<Change> {
    // Closing the store ends a watch, so it is no call that closing could wait for.
    return this.#current.store.watch(prefix, options)
  }

  close(): Promise<void> {
    return end(this.#current)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #call<T>(action: string, key: Key | undefined, work: (store: BinaryDatastore) => Promise<T>): Promise<T> {
    const { store, calls } = this.#current
    return calls.run(action, key, () => work(store))
  }

  async *#iterate<T>(
    action: string,
    key: Key | undefined,
    open: (store: BinaryDatastore) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    const { store, calls } = this.#current
    calls.enter(action, key)
    try {
      yield* open(store)
    } finally {
      calls.leave()
    }
  }
}

function end({ store, calls }: Generation): Promise<void> {
  return calls.close(() => store.close())
}
