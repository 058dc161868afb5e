import { untilAborted } from './concurrency/abortable.ts'
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
} from './datastore.ts'
import { failure, throwIfAborted } from './errors.ts'
import { type Key, Key as Keys } from './key.ts'
import { OrderedBatch } from './ordered-batch.ts'
import { planOf } from './query/plan.ts'
import type { Query, QueryOptions, QueryPlan } from './query/query.ts'
import { answerByScan } from './query/scan.ts'

/**
 * What can be said in terms of the rest of the contract. A store overrides what it does better, and says in
 * `capabilities` what it does natively.
 */
export abstract class BaseDatastore<V> implements Datastore<V> {
  abstract readonly capabilities: Capabilities
  abstract get(key: Key, options?: CallOptions): Promise<V>
  abstract getStream(key: Key, options?: RangeOptions): AsyncIterable<Uint8Array>
  abstract put(key: Key, value: ValueSource<V>, options?: PutOptions): Promise<PutResult>
  abstract delete(key: Key, options?: DeleteOptions): Promise<void>
  abstract has(key: Key, options?: CallOptions): Promise<boolean>
  abstract stat(key: Key, options?: CallOptions): Promise<Stat>
  abstract rename(from: Key, to: Key, options?: RenameOptions): Promise<void>
  abstract list(prefix: Key, options?: ListOptions): Promise<ListPage>
  abstract stats(options?: CallOptions): Promise<StoreStats>
  abstract close(): Promise<void>

  async putNew(prefix: Key, value: ValueSource<V>, options: CallOptions = {}): Promise<Key> {
    const key = prefix.child(Keys.random())
    await this.put(key, value, { ...options, replace: false })
    return key
  }

  async *getMany(keys: KeySource, options: CallOptions = {}): AsyncIterable<Pair<V>> {
    for await (const key of untilAborted(keys, options.signal, 'get'))
      yield { key, value: await this.get(key, options) }
  }

  async *putMany(pairs: PairSource<V>, options: CallOptions = {}): AsyncIterable<Key> {
    for await (const { key, value } of untilAborted(pairs, options.signal, 'put')) {
      await this.put(key, value, options)
      yield key
    }
  }

  async *deleteMany(keys: KeySource, options: CallOptions = {}): AsyncIterable<Key> {
    for await (const key of untilAborted(keys, options.signal, 'delete')) {
      await this.delete(key, { ...options, missingOk: true })
      yield key
    }
  }

  batch(): Batch<V> {
    return new OrderedBatch(this)
  }

  query(query: Query, options?: QueryOptions): AsyncIterable<Entry<V>> {
    return answerByScan(this, query, options)
  }

  explainQuery(query: Query): QueryPlan {
    return planOf(this.constructor.name, query, () => false)
  }

  async sync(_prefix?: Key, options: CallOptions = {}): Promise<void> {
    throwIfAborted(options.signal, 'sync')
  }

  async prune(prefix: Key, options: CallOptions = {}): Promise<void> {
    throwIfAborted(options.signal, 'prune', prefix)
  }

  async *watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    throwIfAborted(options.signal, 'watch', prefix)
    throw failure('UNSUPPORTED', 'watch', prefix, 'this store does not report changes')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
