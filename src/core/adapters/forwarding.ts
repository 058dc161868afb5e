import type {
  Batch,
  CallOptions,
  Capabilities,
  Change,
  Datastore,
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
} from '../datastore.ts'
import type { Key } from '../key.ts'
import type { Query, QueryOptions, QueryPlan } from '../query/query.ts'

/** Passes every call to one store below. A wrapper overrides what it changes. */
export class ForwardingDatastore<V> implements Datastore<V> {
  protected readonly child: Datastore<V>

  constructor(child: Datastore<V>) {
    this.child = child
  }

  get capabilities(): Capabilities {
    return { ...this.child.capabilities, transaction: 'none' }
  }

  get(key: Key, options?: CallOptions): Promise<V> {
    return this.child.get(key, options)
  }

  getStream(key: Key, options?: RangeOptions): AsyncIterable<Uint8Array> {
    return this.child.getStream(key, options)
  }

  put(key: Key, value: ValueSource<V>, options?: PutOptions): Promise<PutResult> {
    return this.child.put(key, value, options)
  }

  putNew(prefix: Key, value: ValueSource<V>, options?: CallOptions): Promise<Key> {
    return this.child.putNew(prefix, value, options)
  }

  delete(key: Key, options?: DeleteOptions): Promise<void> {
    return this.child.delete(key, options)
  }

  has(key: Key, options?: CallOptions): Promise<boolean> {
    return this.child.has(key, options)
  }

  stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.child.stat(key, options)
  }

  rename(from: Key, to: Key, options?: RenameOptions): Promise<void> {
    return this.child.rename(from, to, options)
  }

  list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    return this.child.list(prefix, options)
  }

  getMany(keys: KeySource, options?: CallOptions): AsyncIterable<Pair<V>> {
    return this.child.getMany(keys, options)
  }

  putMany(pairs: PairSource<V>, options?: CallOptions): AsyncIterable<Key> {
    return this.child.putMany(pairs, options)
  }

  deleteMany(keys: KeySource, options?: CallOptions): AsyncIterable<Key> {
    return this.child.deleteMany(keys, options)
  }

  batch(): Batch<V> {
    return this.child.batch()
  }

  query(query: Query, options?: QueryOptions): AsyncIterable<Entry<V>> {
    return this.child.query(query, options)
  }

  explainQuery(query: Query): QueryPlan {
    return this.child.explainQuery(query)
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.child.stats(options)
  }

  sync(prefix?: Key, options?: CallOptions): Promise<void> {
    return this.child.sync(prefix, options)
  }

  prune(prefix: Key, options?: CallOptions): Promise<void> {
    return this.child.prune(prefix, options)
  }

  watch(prefix: Key, options?: CallOptions): AsyncIterable<Change> {
    return this.child.watch(prefix, options)
  }

  close(): Promise<void> {
    return this.child.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
