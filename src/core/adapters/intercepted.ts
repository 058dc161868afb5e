import { BaseDatastore } from '../base-datastore.ts'
import { stoppable } from '../changes/stoppable.ts'
import type {
  CallOptions,
  Capabilities,
  Change,
  Datastore,
  DeleteOptions,
  Entry,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  Stat,
  StoreStats,
  ValueSource,
} from '../datastore.ts'
import { Key } from '../key.ts'
import type { Verb } from '../layers/layer.ts'
import { parseQuery } from '../query/parse-query.ts'
import type { Query, QueryOptions, QueryPlan } from '../query/query.ts'

/** One call on its way down. */
export interface Call {
  readonly verb: Verb
  /** The key, the prefix, or the old name of a rename. */
  readonly key: Key
  readonly options: CallOptions
  /** The new name of a rename. */
  readonly to?: Key | undefined
  /** The value of a `put`. */
  readonly value?: unknown
}

/**
 * A store with something around every call. A wrapper says once what that is, for calls that answer once and for
 * those that stream, and no verb can be forgotten.
 */
export abstract class InterceptedDatastore<V> extends BaseDatastore<V> {
  protected readonly child: Datastore<V>

  constructor(child: Datastore<V>) {
    super()
    this.child = child
  }

  get capabilities(): Capabilities {
    // Batches are made of single calls here, so that each of them is seen.
    return { ...this.child.capabilities, batch: 'none', transaction: 'none' }
  }

  /**
   * Around a call that answers once.
   * @param run Makes the call below; it may be made again, and under other options.
   */
  protected abstract around<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T>

  /** Around a call that streams. */
  protected abstract aroundStream<T>(
    call: Call,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T>

  get(key: Key, options: CallOptions = {}): Promise<V> {
    return this.around({ verb: 'get', key, options }, own => this.child.get(key, { ...options, ...own }))
  }

  getStream(key: Key, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    return this.aroundStream({ verb: 'getStream', key, options }, own =>
      this.child.getStream(key, { ...options, ...own }),
    )
  }

  put(key: Key, value: ValueSource<V>, options: PutOptions = {}): Promise<PutResult> {
    return this.around({ verb: 'put', key, options, value }, own =>
      this.child.put(key, value, { ...options, ...own }),
    )
  }

  delete(key: Key, options: DeleteOptions = {}): Promise<void> {
    return this.around({ verb: 'delete', key, options }, own =>
      this.child.delete(key, { ...options, ...own }),
    )
  }

  has(key: Key, options: CallOptions = {}): Promise<boolean> {
    return this.around({ verb: 'has', key, options }, own => this.child.has(key, { ...options, ...own }))
  }

  stat(key: Key, options: CallOptions = {}): Promise<Stat> {
    return this.around({ verb: 'stat', key, options }, own => this.child.stat(key, { ...options, ...own }))
  }

  rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    return this.around({ verb: 'rename', key: from, to, options }, own =>
      this.child.rename(from, to, { ...options, ...own }),
    )
  }

  list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.around({ verb: 'list', key: prefix, options }, own =>
      this.child.list(prefix, { ...options, ...own }),
    )
  }

  override query(query: Query, options: QueryOptions = {}): AsyncIterable<Entry<V>> {
    const { prefix } = parseQuery(query)
    return this.aroundStream({ verb: 'query', key: prefix, options }, own =>
      this.child.query(query, { ...options, ...own }),
    )
  }

  override explainQuery(query: Query): QueryPlan {
    return this.child.explainQuery(query)
  }

  stats(options: CallOptions = {}): Promise<StoreStats> {
    return this.around({ verb: 'stats', key: Key.root, options }, own =>
      this.child.stats({ ...options, ...own }),
    )
  }

  override sync(prefix: Key = Key.root, options: CallOptions = {}): Promise<void> {
    return this.around({ verb: 'sync', key: prefix, options }, own =>
      this.child.sync(prefix, { ...options, ...own }),
    )
  }

  override prune(prefix: Key, options: CallOptions = {}): Promise<void> {
    return this.around({ verb: 'prune', key: prefix, options }, own =>
      this.child.prune(prefix, { ...options, ...own }),
    )
  }

  override watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    return stoppable(signal => {
      const inner = { ...options, signal }
      return this.aroundStream({ verb: 'watch', key: prefix, options: inner }, own =>
        this.child.watch(prefix, { ...inner, ...own }),
      )
    }, options.signal)
  }

  close(): Promise<void> {
    return this.child.close()
  }
}
