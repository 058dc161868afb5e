import type { SpanVerb } from '../adapters/trace/span.ts'
import { tracedStream } from '../adapters/trace/traced-stream.ts'
import { byteLengthOf, clampRange } from '../bytes.ts'
import type { Capabilities } from '../capabilities.ts'
import { stoppable } from '../changes/stoppable.ts'
import { untilAborted } from '../concurrency/abortable.ts'
import type {
  Batch,
  BinaryDatastore,
  CallOptions,
  Change,
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
} from '../datastore.ts'
import { failure, NotFoundError, rejected } from '../errors.ts'
import { Key } from '../key.ts'
import { pageLimit } from '../list-page.ts'
import { checkOptions, wholeNumber } from '../options.ts'
import { answer } from '../query/answer.ts'
import type { QuerySource } from '../query/entry-reader.ts'
import { kindsNeeded, type ParsedQuery, parseQuery } from '../query/parse-query.ts'
import { needsScan, planOf, scannedIn } from '../query/plan.ts'
import type { Query, QueryOptions, QueryPlan } from '../query/query.ts'
import type { Serializer } from '../serializers/serializer.ts'
import { Call, type Maybe } from './call.ts'
import { decoded, encoded } from './codec.ts'
import { OpenStore } from './open-store.ts'
import { copyOf, Payload } from './payload.ts'
import { StoreQuerySource } from './query-source.ts'
import { refusalError } from './refusals.ts'
import type { Found, Removed, Store, StoreInfo, Written } from './store.ts'
import { StoreBatch } from './store-batch.ts'
import { transact } from './transaction.ts'

/** What `transaction` takes. */
export interface TransactionOptions extends CallOptions {
  /** How often the work is done at most. Default 10. */
  readonly attempts?: number | undefined
}

/**
 * What people call, for every store and every adapter over stores. It checks arguments, copies a value at most once each
 * way, and throws what a store answers as absence or refusal. With a codec, values are objects.
 *
 * Failures are `DatastoreError`s. Operations on one key take effect one at a time, in call order. Buffers are never
 * shared with the caller. After `close` every call rejects with `CLOSED`.
 *
 * Public names such as `MemoryDatastore` are subclasses that only construct, and add what their store has beside these
 * calls.
 */
export class Datastore<V = Uint8Array> {
  #open: OpenStore
  #own: OpenStore
  readonly #codec: Serializer<V> | undefined

  /** @param store What implements it, or what another datastore is open over: both then share order and lifetime. */
  constructor(store: Store | OpenStore, codec?: Serializer<V>) {
    this.#open = store instanceof OpenStore ? store : new OpenStore(store)
    this.#own = this.#open
    this.#codec = codec
  }

  /** The open store under a datastore: what adapters hold of their children. */
  static openStoreOf(datastore: Pick<Datastore<unknown>, 'get'>): OpenStore {
    if (datastore instanceof Datastore) return datastore.#open
    throw new TypeError('A store of one’s own implements Store: open it with new Datastore(store)')
  }

  /**
   * Gives a datastore another way in, for its callers and for adapters over it.
   * @param own The store behind that, in whose turns its own further calls are made.
   */
  static enterBy(datastore: Datastore<unknown>, entrance: OpenStore, own: OpenStore): void {
    datastore.#open = entrance
    datastore.#own = own
  }

  /** The open store that a datastore itself is made of, for the calls that its class adds. */
  static ownStoreOf(datastore: Datastore<unknown>): OpenStore {
    return datastore.#own
  }

  /** How the values of a datastore are encoded; `undefined` where they are bytes. */
  static codecOf<T>(datastore: Datastore<T>): Serializer<T> | undefined {
    return datastore instanceof Datastore ? datastore.#codec : undefined
  }

  get info(): StoreInfo {
    return this.#open.info
  }

  get capabilities(): Capabilities {
    const { capabilities } = this.#open
    if (this.#codec === undefined) return capabilities
    const { read, write } = capabilities
    return {
      ...capabilities,
      objects: true,
      read: { ...read, range: false, stream: false },
      write: { ...write, stream: false },
      query: 'scan',
    }
  }

  /** The same store, order and lifetime, with values of another type. */
  as<T>(codec: Serializer<T>): Datastore<T> {
    return new Datastore<T>(this.#open, codec)
  }

  /** The value under `key`, whole. Rejects with `NOT_FOUND`. */
  get(key: Key, options?: GetOptions): Promise<V> {
    return this.#get(key, options === undefined ? Call.plain : Call.from(options))
  }

  #get(key: Key, call: Call): Promise<V> {
    try {
      const found = this.#open.read(key, call)
      // Not an async function: each call would pay for more promises.
      const value =
        found instanceof Promise ? found.then(one => this.#valueOf(key, one)) : this.#valueOf(key, found)
      if (!(value instanceof Promise)) return Promise.resolve(value)
      return value
    } catch (error) {
      return rejected(error)
    }
  }

  /** The one copy on the way out: where others hold the bytes too. */
  #valueOf(key: Key, found: Found | undefined): Maybe<V> {
    if (found === undefined) throw new NotFoundError('get', key)
    if (this.#codec !== undefined) {
      const value = decoded(this.#codec, key, found)
      // It is decoded after the store has answered, and `close` waits for that too.
      return value instanceof Promise ? this.#open.following(value) : value
    }
    return (found.shared ? copyOf(found.bytes) : found.bytes) as V
  }

  /** The bytes of a value, or of a range of it, in chunks. Rejects on the first pull: `NOT_FOUND`, or `UNSUPPORTED` for objects. */
  async *getStream(key: Key, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    const open = this.#open
    const leave = open.enter('get', key)
    try {
      if (this.#codec !== undefined) {
        throw failure('UNSUPPORTED', 'stream', key, 'the store holds values, not bytes')
      }
      clampRange(options, Number.MAX_SAFE_INTEGER)
      const call = Call.from(options)
      const chunks = await open.stream(key, call)
      if (chunks === undefined) throw new NotFoundError('get', key)
      for await (const chunk of chunks) {
        call.throwIfAborted('get', key)
        yield chunk
      }
    } finally {
      leave()
    }
  }

  /** Stores a value whole or not at all. Rejects with `NOT_FOUND`, `ALREADY_EXISTS`, `CONFLICT`, `READ_ONLY`; `TypeError` for what is no value. */
  put(key: Key, value: ValueSource<V>, options?: PutOptions): Promise<PutResult> {
    return this.#put(key, value, options)
  }

  #put(key: Key, value: ValueSource<V>, options?: PutOptions | Call): Promise<PutResult> {
    try {
      const open = this.#open
      const call = options === undefined ? Call.plain : options instanceof Call ? options : Call.from(options)
      open.assertOpen('put', key, call)
      if (this.#codec !== undefined) {
        const payload = encoded(this.#codec, key, value as V)
        return answered(
          payload instanceof Promise ? open.writeLater(key, payload, call) : open.write(key, payload, call),
          key,
        )
      }
      const payload = Payload.lent(value)
      return payload.isStream
        ? this.#putStream(key, payload, call)
        : answered(open.write(key, payload, call), key)
    } catch (error) {
      return rejected(error)
    }
  }

  /** Closes a stream that was refused before anyone read it. */
  async #putStream(key: Key, payload: Payload, call: Call): Promise<PutResult> {
    try {
      return resultOf(await this.#open.write(key, payload, call), key)
    } finally {
      payload.discard()
    }
  }

  /** Stores under a fresh child of `prefix` and gives its key. */
  async putNew(prefix: Key, value: ValueSource<V>, options: CallOptions = {}): Promise<Key> {
    if (!this.capabilities.writable) throw failure('READ_ONLY', 'put below', prefix, 'the store is read-only')
    const span = this.#open.spanOf('putNew', prefix, Call.from(options))
    const key = prefix.child(Key.random())
    try {
      await this.put(key, value, { ...options, ...(span !== undefined && { span }), replace: false })
      span?.count(byteLengthOf(value))
      span?.end()
      return key
    } catch (error) {
      span?.fail(error)
      throw error
    }
  }

  async delete(key: Key, options?: DeleteOptions): Promise<void> {
    const removed = await this.#open.remove(key, options === undefined ? Call.plain : Call.from(options))
    refuseRemoved(removed, key, options ?? {})
  }

  async has(key: Key, options?: CallOptions): Promise<boolean> {
    const call = options === undefined ? Call.plain : Call.from(options)
    return this.#open.has(key, call)
  }

  async stat(key: Key, options?: CallOptions): Promise<Stat> {
    const stat = await this.#open.stat(key, options === undefined ? Call.plain : Call.from(options))
    if (stat === undefined) throw new NotFoundError('stat', key)
    return stat
  }

  /** Moves the value of one key (not what is below it). */
  async rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    const call = Call.from(options)
    const moved = await this.#open.move(from, to, call)
    if (moved !== 'moved') throw refusalError(moved, 'rename', moved === 'exists' ? to : from)
  }

  /** One page of one level of the tree. A level that does not exist is empty. */
  async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    this.#open.assertOpen('list', prefix)
    return this.#open.list(prefix, Call.from({ ...options, limit: pageLimit(options) }))
  }

  /** Values in the order of the keys. Rejects at the first absent key. */
  getMany(keys: KeySource, options: CallOptions = {}): AsyncIterable<Pair<V>> {
    const get = async (key: Key, call: Call) => ({ key, value: await this.#get(key, call) })
    return this.#each('getMany', 'get', keys, options, get, pair => byteLengthOf(pair.value))
  }

  /** Stores each pair and gives its key once it is stored, in order. */
  putMany(pairs: PairSource<V>, options: CallOptions = {}): AsyncIterable<Key> {
    let bytes: number | undefined
    const put = async ({ key, value }: Pair<V>, call: Call) => {
      await this.#put(key, value, call)
      bytes = byteLengthOf(value)
      return key
    }
    return this.#each('putMany', 'put', pairs, options, put, () => bytes)
  }

  /** Deletes each key and gives it back once it is gone, in order. An absent key is accepted. */
  deleteMany(keys: KeySource, options: CallOptions = {}): AsyncIterable<Key> {
    const remove = async (key: Key, call: Call) => {
      await this.#open.remove(key, call)
      return key
    }
    return this.#each('deleteMany', 'delete', keys, options, remove, () => undefined)
  }

  /** Calls one after another, in one span. Once they have begun, `close` waits for all of them. */
  #each<T, R>(
    verb: SpanVerb,
    action: string,
    items: Iterable<T> | AsyncIterable<T>,
    options: CallOptions,
    work: (item: T, call: Call) => Promise<R>,
    sizeOf: (result: R) => number | undefined,
  ): AsyncIterable<R> {
    const open = this.#open
    const run = async function* (own: CallOptions): AsyncIterable<R> {
      const leave = open.beginMany(action)
      try {
        const call = Call.from(own).partIn(open)
        for await (const item of untilAborted(items, own.signal, action)) yield work(item, call)
      } finally {
        leave()
      }
    }
    const span = open.spanOf(verb, Key.root, Call.from(options))
    return span === undefined ? run(options) : tracedStream(run({ ...options, span }), span, sizeOf)
  }

  batch(): Batch<V> {
    return new StoreBatch(this.#open, this.#codec)
  }

  /** Entries that answer `query`, in the order it asks for. */
  query(query: Query, options: QueryOptions = {}): AsyncIterable<Entry<V>> {
    const parsed = parseQuery(query)
    const plan = this.explainQuery(query)
    if (options.scan !== true && needsScan(plan)) return refused(parsed.prefix, scannedIn(plan))
    if (this.#codec === undefined) {
      return this.#open.query(query, Call.from(options)) as AsyncIterable<Entry<V>>
    }
    const needsValues = kindsNeeded(parsed).has('value') || !parsed.keysOnly
    // Values are decoded here, so what looks into them is answered here.
    if (needsValues) return this.#answer(parsed, options)
    return this.#open.query(query, Call.from(options)) as AsyncIterable<Entry<V>>
  }

  async *#answer(query: ParsedQuery, { signal, span }: QueryOptions): AsyncIterable<Entry<V>> {
    const leave = this.#open.enter('query', query.prefix)
    const source = new StoreQuerySource(this.#open, true)
    const values: QuerySource<V> = {
      list: (prefix, options) => source.list(prefix, options),
      has: (key, options) => source.has(key, options),
      stat: (key, options) => source.stat(key, options),
      get: async (key, options) => this.#valueOf(key, await source.find(key, options)),
    }
    try {
      yield* answer(values, query, { signal, span })
    } finally {
      leave()
    }
  }

  /** Which clauses of `query` run in which store, and which are answered by scanning. */
  explainQuery(query: Query): QueryPlan {
    if (this.#codec === undefined) return this.#open.explain(query)
    return planOf(this.info.kind, query, () => false)
  }

  /**
   * Reads and writes that take effect together or not at all, as `capabilities.transaction` says. `work` may run several
   * times: again from the start when what it read was changed by others before the commit.
   * @throws DatastoreError `UNSUPPORTED` where the store has no transactions, `CONFLICT` when every attempt met a change.
   */
  async transaction<T>(
    work: (transaction: Datastore<V>) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    checkOptions('begin a transaction', options, { attempts: wholeNumber(1) })
    const { attempts = 10 } = options
    // `close` waits for it.
    return this.#open.during('begin a transaction', Call.from(options), call =>
      transact(this.#open, attempts, call, inside => work(new Datastore(inside, this.#codec))),
    )
  }

  async stats(options: CallOptions = {}): Promise<StoreStats> {
    return this.#open.stats(Call.from(options))
  }

  /** Writes that had resolved before this call survive a power cut after it. */
  async sync(prefix: Key = Key.root, options: CallOptions = {}): Promise<void> {
    await this.#open.sync(prefix, Call.from(options))
  }

  /**
   * Removes branches at and below `prefix` that are there without a key: empty folders. Removes no value, no file and
   * no link. A store whose branches are made of keys alone has nothing to do.
   */
  async prune(prefix: Key, options: CallOptions = {}): Promise<void> {
    await this.#open.prune(prefix, Call.from(options))
  }

  /**
   * Changes at and below `prefix`, from the first pull until the consumer stops, the signal fires (`ABORTED`) or the store
   * is closed (the stream ends). What counts is how each key was left. Rejects with `UNSUPPORTED` where `capabilities.watch` is `none`.
   */
  watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    const { signal, span } = options
    return stoppable(either => this.#open.watch(prefix, Call.from({ signal: either, span })), signal)
  }

  /** Waits for calls in flight, then closes the stores below. Never erases. A second call is the first one's promise. */
  close(): Promise<void> {
    return this.#open.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** The open store under a datastore: what adapters hold of their children. */
export function openStoreOf(datastore: Pick<Datastore<unknown>, 'get'>): OpenStore {
  return Datastore.openStoreOf(datastore)
}

/** The open store that a datastore itself is made of: for the calls that its class adds. */
export function ownStoreOf(datastore: Datastore<unknown>): OpenStore {
  return Datastore.ownStoreOf(datastore)
}

/** What `serialized` returns. */
export type SerializedDatastore<T> = Datastore<T>

/** A datastore of values over a datastore of bytes. Both share order and lifetime: closing one closes the other. */
export function serialized<T>(store: BinaryDatastore, serializer: Serializer<T>): Datastore<T> {
  return new Datastore<T>(openStoreOf(store), serializer)
}

/**
 * How the values of an adapter over several datastores are encoded.
 * @throws DatastoreError `CONFIG_INVALID` where they differ.
 */
export function commonCodecOf<T>(datastores: readonly Datastore<T>[]): Serializer<T> | undefined {
  const [first, ...others] = datastores.map(one => Datastore.codecOf(one))
  if (others.every(codec => codec === first)) return first
  throw failure(
    'CONFIG_INVALID',
    'open an adapter',
    undefined,
    'the stores below encode their values differently',
  )
}

function answered(written: Maybe<Written>, key: Key): Promise<PutResult> {
  if (written instanceof Promise) return written.then(one => resultOf(one, key))
  return Promise.resolve(resultOf(written, key))
}

/** Its etag may be computed when it is asked for, so it is not asked for here. */
function resultOf(written: Written, key: Key): PutResult {
  if (written.refused !== undefined) throw refusalError(written.refused, 'put', key)
  return written
}

function refuseRemoved(removed: Removed, key: Key, { ifMatch, missingOk }: DeleteOptions): void {
  if (removed === 'removed') return
  if (removed === 'changed') throw refusalError(removed, 'delete', key)
  if (ifMatch !== undefined) throw failure('CONFLICT', 'delete', key, 'the key is gone')
  if (missingOk !== true) throw new NotFoundError('delete', key)
}

async function* refused(prefix: Key, clauses: readonly string[]): AsyncIterable<never> {
  const state = `the store has to scan for ${clauses.join(', ')}; allow it with { scan: true }`
  throw failure('QUERY_UNSUPPORTED', 'query', prefix, state)
}
