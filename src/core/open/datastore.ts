import { byteLengthOf, clampRange } from '../bytes.ts'
import type { Capabilities } from '../capabilities.ts'
import { stoppable } from '../changes/stoppable.ts'
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
  ValueVersion,
  VersionsOptions,
  WatchOptions,
} from '../datastore.ts'
import { failure, NotFoundError, rejected } from '../errors.ts'
import { Key } from '../key.ts'
import { pageLimit } from '../list-page.ts'
import { checkOptions, wholeNumber } from '../options.ts'
import { parseQuery } from '../query/parse-query.ts'
import { needsScan } from '../query/plan.ts'
import type { Query, QueryOptions, QueryPlan } from '../query/query.ts'
import type { Serializer } from '../serializers/serializer.ts'
import { Call, type Maybe } from './call.ts'
import { callEach } from './call-each.ts'
import { decoded, encoded } from './codec.ts'
import { OpenStore } from './open-store.ts'
import { copyOf, Payload } from './payload.ts'
import { planOfObjects, queryObjects, refuseScan } from './query-objects.ts'
import { refusalError } from './refusals.ts'
import type {
  BranchFolder,
  BranchMoved,
  BranchPlace,
  Found,
  Removed,
  SetAside,
  Store,
  StoreInfo,
  Written,
} from './store.ts'
import { StoreBatch } from './store-batch.ts'
import { transact } from './transaction.ts'

/** Options of `transaction`. */
export interface TransactionOptions extends CallOptions {
  /** The maximum number of attempts. Default 10. */
  readonly attempts?: number | undefined
}

/**
 * The public interface of every store and every adapter. It checks arguments, copies a value at most once in each
 * direction, and throws an error where a store answers with absence or refusal. With a codec, values are objects.
 *
 * Failures are `DatastoreError`s. Operations on one key take effect one at a time, in call order. Buffers are never
 * shared with the caller. After `close` every call rejects with `CLOSED`.
 *
 * Public classes such as `MemoryDatastore` are subclasses that only construct the store, and add members that are
 * specific to it.
 */
export class Datastore<V = Uint8Array> {
  #open: OpenStore
  #own: OpenStore
  readonly #codec: Serializer<V> | undefined

  /**
   * @param store A store; or the open store of another datastore, with which this one then shares order and lifetime.
   */
  constructor(store: Store | OpenStore, codec?: Serializer<V>) {
    this.#open = store instanceof OpenStore ? store : new OpenStore(store)
    this.#own = this.#open
    this.#codec = codec
  }

  /** The open store of a datastore. Adapters hold their children as open stores. */
  static openStoreOf(datastore: Pick<Datastore<unknown>, 'get'>): OpenStore {
    if (datastore instanceof Datastore) return datastore.#open
    throw new TypeError('Not a Datastore: open a custom implementation of Store with new Datastore(store)')
  }

  /**
   * Sets the open store through which callers and adapters use a datastore.
   * @param own The open store behind the proxy. Calls that the datastore's class adds take their turns in it.
   */
  static enterBy(datastore: Datastore<unknown>, proxy: OpenStore, own: OpenStore): void {
    datastore.#open = proxy
    datastore.#own = own
  }

  /** The open store of a datastore itself, for calls that its class adds. */
  static ownStoreOf(datastore: Datastore<unknown>): OpenStore {
    return datastore.#own
  }

  /** The codec of a datastore; `undefined` if its values are bytes. */
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
      // Not an async function, which would create more promises for each call.
      const value =
        found instanceof Promise ? found.then(one => this.#valueOf(key, one)) : this.#valueOf(key, found)
      if (!(value instanceof Promise)) return Promise.resolve(value)
      return value
    } catch (error) {
      return rejected(error)
    }
  }

  /** Makes the only copy on the way out, if others hold the bytes too. */
  #valueOf(key: Key, found: Found | undefined): Maybe<V> {
    if (found === undefined) throw new NotFoundError('get', key)
    if (this.#codec !== undefined) {
      const value = decoded(this.#codec, key, found)
      // It is decoded after the store has answered, and `close` waits for that too.
      return value instanceof Promise ? this.#open.following(value) : value
    }
    return (found.shared ? copyOf(found.bytes) : found.bytes) as V
  }

  /**
   * The bytes of a value, or of a range of it, in chunks. Rejects at the first pull with `NOT_FOUND`, or `UNSUPPORTED`
   * for objects.
   */
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

  /**
   * Stores a value atomically. Rejects with `NOT_FOUND`, `ALREADY_EXISTS`, `CONFLICT`, `READ_ONLY`; `TypeError` for an
   * invalid value.
   */
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

  /** Puts a stream, and closes it if it was refused before anyone read it. */
  async #putStream(key: Key, payload: Payload, call: Call): Promise<PutResult> {
    try {
      return resultOf(await this.#open.write(key, payload, call), key)
    } finally {
      payload.discard()
    }
  }

  /** Stores a value under a new, unique child of `prefix` and returns its key. */
  async putNew(prefix: Key, value: ValueSource<V>, options: CallOptions = {}): Promise<Key> {
    const { writable, whyReadOnly } = this.capabilities
    if (!writable) throw failure('READ_ONLY', 'put below', prefix, whyReadOnly ?? 'the store is read-only')
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

  /** Deletes a value. Rejects with `NOT_FOUND`, unless `missingOk` is set; with `CONFLICT` if `ifMatch` differs. */
  async delete(key: Key, options?: DeleteOptions): Promise<void> {
    const removed = await this.#open.remove(key, options === undefined ? Call.plain : Call.from(options))
    refuseRemoved(removed, key, options ?? {})
  }

  /** Whether there is a value under `key`. */
  async has(key: Key, options?: CallOptions): Promise<boolean> {
    const call = options === undefined ? Call.plain : Call.from(options)
    return this.#open.has(key, call)
  }

  /** The size in bytes, the times and the etag of a value. Rejects with `NOT_FOUND`. */
  async stat(key: Key, options?: CallOptions): Promise<Stat> {
    const stat = await this.#open.stat(key, options === undefined ? Call.plain : Call.from(options))
    if (stat === undefined) throw new NotFoundError('stat', key)
    return stat
  }

  /** Moves the value of one key, not the keys below it. Rejects with `NOT_FOUND`, `ALREADY_EXISTS`, `READ_ONLY`. */
  async rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    const call = Call.from(options)
    const moved = await this.#open.move(from, to, call)
    if (moved !== 'moved') throw refusalError(moved, 'rename', moved === 'exists' ? to : from)
  }

  /**
   * The versions of a value that the store keeps by itself: the latest first, including the current one. Empty if
   * `capabilities.history` is not declared, or the key has no versions.
   */
  async versions(key: Key, options: VersionsOptions = {}): Promise<readonly ValueVersion[]> {
    checkOptions('list versions', options, { limit: wholeNumber(1) })
    return this.#open.versions(key, Call.from({ ...options, limit: pageLimit(options) }))
  }

  /**
   * The value of a version.
   * @param id The id of the version, from `versions`.
   * @throws DatastoreError `NOT_FOUND` if the store does not keep the version, or the version is a deletion.
   */
  async getVersion(key: Key, id: string, options: CallOptions = {}): Promise<V> {
    const bytes = await this.#open.readVersion(key, id, Call.from(options))
    if (bytes === undefined)
      throw failure('NOT_FOUND', 'get a version of', key, 'the store keeps no such version')
    return this.#valueOf(key, { bytes, shared: false, etag: id })
  }

  /** One page of one level of the tree. A level that does not exist is empty. */
  async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    this.#open.assertOpen('list', prefix)
    return this.#open.list(prefix, Call.from({ ...options, limit: pageLimit(options) }))
  }

  /** Values in the order of the keys. Rejects at the first absent key. */
  getMany(keys: KeySource, options: CallOptions = {}): AsyncIterable<Pair<V>> {
    const get = async (key: Key, call: Call) => ({ key, value: await this.#get(key, call) })
    return callEach(this.#open, 'getMany', 'get', keys, options, get, pair => byteLengthOf(pair.value))
  }

  /** Stores the pairs in order, and yields each key once its value is stored. */
  putMany(pairs: PairSource<V>, options: CallOptions = {}): AsyncIterable<Key> {
    let bytes: number | undefined
    const put = async ({ key, value }: Pair<V>, call: Call) => {
      await this.#put(key, value, call)
      bytes = byteLengthOf(value)
      return key
    }
    return callEach(this.#open, 'putMany', 'put', pairs, options, put, () => bytes)
  }

  /** Deletes the keys in order, and yields each once it is deleted. An absent key is accepted. */
  deleteMany(keys: KeySource, options: CallOptions = {}): AsyncIterable<Key> {
    const remove = async (key: Key, call: Call) => {
      await this.#open.remove(key, call)
      return key
    }
    return callEach(this.#open, 'deleteMany', 'delete', keys, options, remove, () => undefined)
  }

  /** An empty batch, whose `commit` applies its operations in one call of the store, as `capabilities.batch` says. */
  batch(): Batch<V> {
    return new StoreBatch(this.#open, this.#codec)
  }

  /** Entries that match `query`, in the order that it requests. */
  query(query: Query, options: QueryOptions = {}): AsyncIterable<Entry<V>> {
    if (this.#codec !== undefined) {
      return queryObjects(this.#open, query, options, (key, found) => this.#valueOf(key, found))
    }
    const parsed = parseQuery(query)
    const plan = this.#open.explain(query)
    if (options.scan !== true && needsScan(plan)) return refuseScan(parsed.prefix, plan)
    return this.#open.query(query, Call.from(options)) as AsyncIterable<Entry<V>>
  }

  /** Which store evaluates which clause of `query`, and which clauses are evaluated by scanning. */
  explainQuery(query: Query): QueryPlan {
    if (this.#codec === undefined) return this.#open.explain(query)
    return planOfObjects(this.info.kind, query)
  }

  /**
   * Reads and writes that take effect together or not at all, as `capabilities.transaction` says. `work` may run
   * several times: it starts again if others changed what it read before the commit.
   * @throws DatastoreError `UNSUPPORTED` if the store has no transactions, `CONFLICT` if every attempt failed because
   * of a change.
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

  /** The number of values and of their bytes, exact or approximate. May read every key. */
  async stats(options: CallOptions = {}): Promise<StoreStats> {
    return this.#open.stats(Call.from(options))
  }

  /** Writes that resolved before this call survive a power cut after it has resolved. */
  async sync(prefix: Key = Key.root, options: CallOptions = {}): Promise<void> {
    await this.#open.sync(prefix, Call.from(options))
  }

  /**
   * Removes branches at and below `prefix` that exist without a key: empty folders. Removes no value, no file and no
   * link. In a store whose branches consist only of keys it does nothing.
   */
  async prune(prefix: Key, options: CallOptions = {}): Promise<void> {
    await this.#open.prune(prefix, Call.from(options))
  }

  /**
   * Moves everything below `from` to below `to` in one step, including hidden entries; or sets it aside, or takes it
   * back. The value of `from` itself stays. Nothing is replaced: if anything is at `to`, the answer is `exists`.
   */
  async moveBranch(from: BranchPlace, to: BranchPlace, options: CallOptions = {}): Promise<BranchMoved> {
    return this.#open.moveBranch(from, to, Call.from(options))
  }

  /** Permanently removes a branch that was set aside. */
  async discardBranch(place: SetAside, options: CallOptions = {}): Promise<void> {
    await this.#open.discardBranch(place, Call.from(options))
  }

  /** The folder on disk that holds a branch, or would hold it, if the store has one. */
  async branchFolder(place: BranchPlace, options: CallOptions = {}): Promise<BranchFolder | undefined> {
    return this.#open.branchFolder(place, Call.from(options))
  }

  /**
   * Changes at and below `prefix`, from the first pull until the consumer stops, the signal fires (`ABORTED`) or the
   * store is closed (the stream ends). Reports the last state of each key. Rejects with `UNSUPPORTED` if
   * `capabilities.watch` is `none`.
   */
  watch(prefix: Key, options: WatchOptions = {}): AsyncIterable<Change> {
    const { signal, span, recursive } = options
    const call = (either: AbortSignal) => Call.from({ signal: either, span, recursive })
    return stoppable(either => this.#open.watch(prefix, call(either)), signal)
  }

  /**
   * Waits for calls in flight, then closes the stores below. Deletes nothing. A second call returns the promise of the
   * first one.
   */
  close(): Promise<void> {
    return this.#open.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** The open store of a datastore. Adapters hold their children as open stores. */
export function openStoreOf(datastore: Pick<Datastore<unknown>, 'get'>): OpenStore {
  return Datastore.openStoreOf(datastore)
}

/** The open store of a datastore itself, for calls that its class adds. */
export function ownStoreOf(datastore: Datastore<unknown>): OpenStore {
  return Datastore.ownStoreOf(datastore)
}

/** The result of `serialized`. */
export type SerializedDatastore<T> = Datastore<T>

/** A datastore of values over a datastore of bytes. Both share order and lifetime: closing one closes the other. */
export function serialized<T>(store: BinaryDatastore, serializer: Serializer<T>): Datastore<T> {
  return new Datastore<T>(openStoreOf(store), serializer)
}

/**
 * The codec of an adapter over several datastores.
 * @throws DatastoreError `CONFIG_INVALID` if their codecs differ.
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

/** Does not read the etag, which may be computed on access. */
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
