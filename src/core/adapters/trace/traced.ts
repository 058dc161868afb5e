import { byteLengthOf } from '../../bytes.ts'
import type {
  Batch,
  CallOptions,
  Change,
  Datastore,
  DeleteOptions,
  Entry,
  GetOptions,
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
} from '../../datastore.ts'
import { Key } from '../../key.ts'
import { parseQuery } from '../../query/parse-query.ts'
import type { Query, QueryOptions } from '../../query/query.ts'
import { ForwardingDatastore } from '../forwarding.ts'
import { OpenSpan, type TracedCall } from './open-span.ts'
import type { SpanHub } from './span-hub.ts'
import { TracedBatch } from './traced-batch.ts'
import { tracedStream } from './traced-stream.ts'

type Call = Omit<TracedCall, 'parent'>

/** A call's own options, under its span. */
type Own<O extends CallOptions> = O & { readonly span: OpenSpan }

/**
 * A store that tells a hub of its calls, and changes nothing about them. While the hub has no listener each call goes
 * straight to the store below; a listener hears of calls that begin after it came.
 */
export class TracedDatastore<V> extends ForwardingDatastore<V> {
  readonly #node: string
  readonly #hub: SpanHub

  constructor(child: Datastore<V>, node: string, hub: SpanHub) {
    super(child)
    this.#node = node
    this.#hub = hub
  }

  override get(key: Key, options?: GetOptions): Promise<V> {
    if (!this.#hub.isHeard) return this.child.get(key, options)
    return this.#once({ verb: 'get', key }, options, own => this.child.get(key, own), byteLengthOf)
  }

  override getStream(key: Key, options?: RangeOptions): AsyncIterable<Uint8Array> {
    if (!this.#hub.isHeard) return this.child.getStream(key, options)
    return this.#stream(
      { verb: 'getStream', key },
      options,
      own => this.child.getStream(key, own),
      byteLengthOf,
    )
  }

  override put(key: Key, value: ValueSource<V>, options?: PutOptions): Promise<PutResult> {
    if (!this.#hub.isHeard) return this.child.put(key, value, options)
    const bytes = byteLengthOf(value)
    return this.#once(
      { verb: 'put', key },
      options,
      own => this.child.put(key, value, own),
      () => bytes,
    )
  }

  override putNew(prefix: Key, value: ValueSource<V>, options?: CallOptions): Promise<Key> {
    if (!this.#hub.isHeard) return this.child.putNew(prefix, value, options)
    const call: Call = { verb: 'putNew', key: prefix }
    const bytes = byteLengthOf(value)
    return this.#once(
      call,
      options,
      own => this.child.putNew(prefix, value, own),
      () => bytes,
    )
  }

  override delete(key: Key, options?: DeleteOptions): Promise<void> {
    if (!this.#hub.isHeard) return this.child.delete(key, options)
    return this.#once({ verb: 'delete', key }, options, own => this.child.delete(key, own))
  }

  override has(key: Key, options?: CallOptions): Promise<boolean> {
    if (!this.#hub.isHeard) return this.child.has(key, options)
    return this.#once({ verb: 'has', key }, options, own => this.child.has(key, own))
  }

  override stat(key: Key, options?: CallOptions): Promise<Stat> {
    if (!this.#hub.isHeard) return this.child.stat(key, options)
    return this.#once({ verb: 'stat', key }, options, own => this.child.stat(key, own))
  }

  override rename(from: Key, to: Key, options?: RenameOptions): Promise<void> {
    if (!this.#hub.isHeard) return this.child.rename(from, to, options)
    return this.#once({ verb: 'rename', key: from, to }, options, own => this.child.rename(from, to, own))
  }

  override list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    if (!this.#hub.isHeard) return this.child.list(prefix, options)
    return this.#once({ verb: 'list', key: prefix }, options, own => this.child.list(prefix, own))
  }

  override getMany(keys: KeySource, options?: CallOptions): AsyncIterable<Pair<V>> {
    if (!this.#hub.isHeard) return this.child.getMany(keys, options)
    const call: Call = { verb: 'getMany', key: Key.root }
    return this.#stream(
      call,
      options,
      own => this.child.getMany(keys, own),
      pair => byteLengthOf(pair.value),
    )
  }

  override putMany(pairs: PairSource<V>, options?: CallOptions): AsyncIterable<Key> {
    if (!this.#hub.isHeard) return this.child.putMany(pairs, options)
    return this.#stream({ verb: 'putMany', key: Key.root }, options, own =>
      this.child.putMany(counted(pairs, own.span), own),
    )
  }

  override deleteMany(keys: KeySource, options?: CallOptions): AsyncIterable<Key> {
    if (!this.#hub.isHeard) return this.child.deleteMany(keys, options)
    const call: Call = { verb: 'deleteMany', key: Key.root }
    return this.#stream(call, options, own => this.child.deleteMany(keys, own))
  }

  override batch(): Batch<V> {
    return new TracedBatch(this.child.batch(), (batch, bytes, options) => {
      if (!this.#hub.isHeard) return batch.commit(options)
      return this.#once(
        { verb: 'commit', key: Key.root },
        options,
        own => batch.commit(own),
        () => bytes,
      )
    })
  }

  override query(query: Query, options?: QueryOptions): AsyncIterable<Entry<V>> {
    if (!this.#hub.isHeard) return this.child.query(query, options)
    const call: Call = { verb: 'query', key: prefixOf(query) }
    return this.#stream(
      call,
      options,
      own => this.child.query(query, own),
      entry => byteLengthOf(entry.value),
    )
  }

  override stats(options?: CallOptions): Promise<StoreStats> {
    if (!this.#hub.isHeard) return this.child.stats(options)
    return this.#once({ verb: 'stats', key: Key.root }, options, own => this.child.stats(own))
  }

  override sync(prefix?: Key, options?: CallOptions): Promise<void> {
    if (!this.#hub.isHeard) return this.child.sync(prefix, options)
    const call: Call = { verb: 'sync', key: prefix ?? Key.root }
    return this.#once(call, options, own => this.child.sync(prefix, own))
  }

  override watch(prefix: Key, options?: CallOptions): AsyncIterable<Change> {
    if (!this.#hub.isHeard) return this.child.watch(prefix, options)
    return this.#stream({ verb: 'watch', key: prefix }, options, own => this.child.watch(prefix, own))
  }

  /** Calls below at once, so that calls keep their order. */
  async #once<T, O extends CallOptions>(
    call: Call,
    options: O | undefined,
    run: (options: Own<O>) => Promise<T>,
    sizeOf?: (answer: T) => number | undefined,
  ): Promise<T> {
    const span = this.#begin(call, options)
    try {
      const answer = await run({ ...(options as O), span })
      span.count(sizeOf?.(answer))
      span.end()
      return answer
    } catch (error) {
      span.fail(error)
      throw error
    }
  }

  #stream<T, O extends CallOptions>(
    call: Call,
    options: O | undefined,
    run: (options: Own<O>) => AsyncIterable<T>,
    sizeOf: (item: T) => number | undefined = () => undefined,
  ): AsyncIterable<T> {
    const span = this.#begin(call, options)
    try {
      return tracedStream(run({ ...(options as O), span }), span, sizeOf)
    } catch (error) {
      span.fail(error)
      throw error
    }
  }

  #begin(call: Call, options: CallOptions | undefined): OpenSpan {
    return new OpenSpan(this.#hub, this.#node, { ...call, parent: options?.span })
  }
}

async function* counted<V>(pairs: PairSource<V>, span: OpenSpan): AsyncIterable<Pair<V>> {
  for await (const pair of pairs) {
    span.count(byteLengthOf(pair.value))
    yield pair
  }
}

/** What a query is about. One that is wrong is for the store below to refuse. */
function prefixOf(query: Query): Key {
  try {
    return parseQuery(query).prefix
  } catch {
    return Key.root
  }
}
