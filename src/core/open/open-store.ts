import type { OpenSpan } from '../adapters/trace/open-span.ts'
import type { SpanVerb } from '../adapters/trace/span.ts'
import { tracedStream } from '../adapters/trace/traced-stream.ts'
import { byteLengthOf } from '../bytes.ts'
import { type Capabilities, capabilitiesChanged } from '../capabilities.ts'
import { InFlight } from '../concurrency/in-flight.ts'
import { withinTime } from '../concurrency/within-time.ts'
import type { Change, Entry, ListPage, Stat, StoreStats, ValueVersion } from '../datastore.ts'
import { failure, noteNode } from '../errors.ts'
import { Key } from '../key.ts'
import type { SearchableKeys } from '../key-index/search/searchable-keys.ts'
import { parseQuery } from '../query/parse-query.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import { after, Call, type Maybe } from './call.ts'
import { statOf } from './completion.ts'
import type { CopyPlace } from './copy-place.ts'
import { EndableStreams } from './endable-stream.ts'
import type { Hold, Waits } from './hold.ts'
import type { Payload } from './payload.ts'
import { PersistentWatches } from './persistent-watches.ts'
import { type BatchProgress, SequencedStore } from './sequenced-store.ts'
import type {
  BranchFolder,
  BranchMoved,
  BranchPlace,
  ByteStream,
  Found,
  Moved,
  Operation,
  Removed,
  SetAside,
  Store,
  StoreInfo,
  Written,
} from './store.ts'
import { CALLS, type CallName, inSpan, spanOf, streamInSpan, type Tracing, UNTRACED } from './tracing.ts'
import { Gate, Turns } from './turns.ts'

/**
 * A store that is open, with everything that must exist once per store. Calls enter here: they are refused after
 * `close`, wait while a stack changes, and report their spans. Then they are made in order (`sequenced-store.ts`), and
 * calls that the store lacks are completed (`completed-store.ts`). Adapters hold their children as `OpenStore`s.
 *
 * Answers are those of `Store`: absence and refusal are values, and an answer may come without a promise.
 */
export class OpenStore {
  readonly #turns: Turns
  /**
   * Series of calls, such as those of `getMany`. A change of the stack does not wait for a whole series, because each
   * call of it is held back.
   */
  readonly #many = new InFlight()
  readonly #streams = new EndableStreams()
  readonly #watches = new PersistentWatches()
  readonly #inTurn: SequencedStore
  #tracing: Tracing = UNTRACED
  #hold: Hold | undefined
  #isClosed = false
  #closing: Promise<void> | undefined

  constructor(store: Store) {
    this.#turns = new Turns(store.gate, error => this.#noteFailure(error))
    this.#inTurn = new SequencedStore(store, this.#turns, this.#streams)
    store.opened?.(this)
  }

  get store(): Store {
    return this.#inTurn.store
  }

  get info(): StoreInfo {
    return this.store.info
  }

  /** What a caller gets: what the store declares, and what is completed. */
  get capabilities(): Capabilities {
    return this.#inTurn.capabilities
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Reports the spans of this store to a hub from now on, under the id of its node. */
  traceTo(tracing: Tracing): void {
    this.#tracing = tracing
  }

  #noteFailure(error: unknown): void {
    if (this.#tracing !== UNTRACED) noteNode(error, this.#tracing.node)
  }

  /** Replaces the store, without closing it. No call may be running. Watches continue, with one `resync`. */
  replace(store: Store): void {
    this.#turns.goBy(store.gate ?? new Gate())
    this.#inTurn.goBy(store)
    store.opened?.(this)
    this.refresh()
  }

  /** Reads the store's declarations again, and makes every watch subscribe again, because its children have changed. */
  refresh(): void {
    this.redeclare()
    this.#watches.renew()
  }

  /** Reads the store's declarations again. Stores above derive theirs from them. */
  redeclare(): void {
    capabilitiesChanged()
    this.#inTurn.goBy(this.store)
  }

  /** Makes new calls wait for `hold`; or for nothing, if it is `undefined`. Running calls continue. */
  holdFor(hold: Hold | undefined): void {
    this.#hold = hold
  }

  /**
   * Resolves once no call is running. Streamed puts that run longer than the first of the waits fail with `CLOSED`.
   * @throws DatastoreError `TIMEOUT` if a call runs longer than both.
   */
  async callsEnded({ streams, calls }: Waits): Promise<void> {
    if (await withinTime(this.#turns.callsEnded(), streams)) return
    this.#streams.endPuts(failure('CLOSED', 'put', undefined, WAS_REPLACED))
    if (await withinTime(this.#turns.callsEnded(), calls)) return
    const state = `a call has run for more than ${streams + calls} ms`
    throw failure('TIMEOUT', `wait for the calls in the ${this.info.kind} store`, undefined, state)
  }

  /** Waits for streams and queries that are being read, then ends the remaining ones with `CLOSED`. */
  async streamsEnded({ streams }: Waits): Promise<void> {
    if (await withinTime(this.#streams.readsEnded(), streams)) return
    this.#streams.endReads(failure('CLOSED', 'read', undefined, WAS_REPLACED))
  }

  /**
   * @throws DatastoreError `CLOSED`, except for a part of a call in flight, which `close` waits for.
   * @throws AbortError
   */
  assertOpen(action: string, key?: Key, call?: Call): void {
    if (this.#isClosed && call?.isPartIn(this) !== true)
      throw failure('CLOSED', action, key, 'the store is closed')
    if (call?.cancel !== undefined) call.throwIfAborted(action, key)
  }

  /** The span of a call that consists of other calls here; `undefined` while there are no listeners. */
  spanOf(verb: SpanVerb, key: Key, call: Call): OpenSpan | undefined {
    return this.#tracing.hub.hasListeners ? spanOf(this.#tracing, verb, key, call) : undefined
  }

  /** Whether a call can go straight to the store: it need not wait, be refused or be traced. */
  #isPlain({ cancel }: Call): boolean {
    return (
      this.#hold === undefined &&
      !this.#isClosed &&
      !this.#tracing.hub.hasListeners &&
      (cancel === undefined || !cancel.isAborted)
    )
  }

  /** Starts a call now, or once the hold is released. */
  #admitted<T>(action: string, key: Key | undefined, call: Call, work: () => Maybe<T>): Maybe<T> {
    if (this.#hold !== undefined) {
      return this.#hold.later(action, key, call, () => this.#admitted(action, key, call, work))
    }
    this.assertOpen(action, key, call)
    return work()
  }

  /** Starts a call as `#admitted` does, and reports its span. */
  #entered<T>(name: CallName<T>, key: Key, call: Call, work: (call: Call) => Maybe<T>): Maybe<T> {
    const { action, verb, to, result, isOfStore } = name
    return this.#admitted(action, isOfStore === true ? undefined : key, call, () =>
      this.#tracing.hub.hasListeners
        ? inSpan(spanOf(this.#tracing, verb, key, call, to), call, work, result)
        : work(call),
    )
  }

  read(key: Key, call: Call): Maybe<Found | undefined> {
    if (this.#isPlain(call)) return this.#inTurn.read(key, call)
    return this.#entered(CALLS.read, key, call, own => this.#inTurn.read(key, own))
  }

  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    if (this.#isPlain(call)) return this.#inTurn.stat(key, call)
    return this.#entered(CALLS.stat, key, call, own => this.#inTurn.stat(key, own))
  }

  has(key: Key, call: Call): Maybe<boolean> {
    if (this.#isPlain(call)) return this.#inTurn.has(key, call)
    return this.#entered(CALLS.has, key, call, own => this.#inTurn.has(key, own))
  }

  /** Chunks of a value, or of the requested range. The version is fixed once this has answered. */
  stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    if (this.#isPlain(call)) return this.#inTurn.stream(key, call)
    const open = (own: Call) => this.#inTurn.stream(key, own)
    return this.#admitted('get', key, call, () =>
      this.#tracing.hub.hasListeners
        ? streamInSpan(spanOf(this.#tracing, 'getStream', key, call), call, open)
        : open(call),
    )
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    if (this.#isPlain(call)) return this.#inTurn.write(key, value, call)
    if (this.#hold !== undefined) value.hold()
    const bytes = value.isStream ? undefined : value.bytes.length
    const name = { ...CALLS.put, result: { ...CALLS.put.result, size: () => bytes } }
    return this.#entered(name, key, call, own => this.#inTurn.write(key, value, own))
  }

  /** Writes a value that is still being encoded. The write takes its turn now. */
  writeLater(key: Key, value: Promise<Payload>, call: Call): Maybe<Written> {
    // Its failure is reported when its turn comes.
    value.catch(() => undefined)
    return this.#entered(CALLS.put, key, call, own => this.#inTurn.writeLater(key, value, own))
  }

  remove(key: Key, call: Call): Maybe<Removed> {
    if (this.#isPlain(call)) return this.#inTurn.remove(key, call)
    return this.#entered(CALLS.remove, key, call, own => this.#inTurn.remove(key, own))
  }

  /** Moves the value of one key to another key. A value that is moved to its own key stays as it is. */
  move(from: Key, to: Key, call: Call): Maybe<Moved> {
    if (this.#isPlain(call)) return this.#inTurn.move(from, to, call)
    return this.#entered({ ...CALLS.move, to }, from, call, own => this.#inTurn.move(from, to, own))
  }

  /**
   * Applies operations in order. After a failure, `operations` holds those that were not applied.
   * @param progress The keys, if the operations are still being encoded, and callbacks about them.
   */
  batch(operations: Maybe<Operation[]>, call: Call, progress: BatchProgress = {}): Maybe<void> {
    let bytes = 0
    const counted = (all: readonly Operation[]) => {
      for (const one of all) bytes += one.type === 'put' ? one.bytes.length : 0
    }
    if (this.#tracing.hub.hasListeners) {
      if (operations instanceof Promise) operations.then(counted, () => undefined)
      else counted(operations)
    }
    const name = { ...CALLS.batch, result: { size: () => bytes } }
    return this.#entered(name, Key.root, call, own => this.#inTurn.batch(operations, own, progress))
  }

  list(prefix: Key, call: Call): Maybe<ListPage> {
    return this.#entered(CALLS.list, prefix, call, own => this.#inTurn.list(prefix, own))
  }

  stats(call: Call): Maybe<StoreStats> {
    return this.#entered(CALLS.stats, Key.root, call, own => this.#inTurn.stats(own))
  }

  sync(prefix: Key, call: Call): Maybe<void> {
    return this.#entered(CALLS.sync, prefix, call, own => this.#inTurn.sync(prefix, own))
  }

  /** Removes branches at and below `prefix` that exist without a key: empty folders. */
  prune(prefix: Key, call: Call): Maybe<void> {
    return this.#entered(CALLS.prune, prefix, call, own => this.#inTurn.prune(prefix, own))
  }

  /** Moves everything below one place to below another in one step, if the store can. */
  moveBranch(from: BranchPlace, to: BranchPlace, call: Call): Maybe<BranchMoved> {
    return this.#entered(CALLS.moveBranch, keyOf(from) ?? keyOf(to) ?? Key.root, call, own =>
      this.#inTurn.moveBranch(from, to, own),
    )
  }

  discardBranch(place: SetAside, call: Call): Maybe<void> {
    return this.#entered(CALLS.discardBranch, Key.root, call, own =>
      this.#turns.apart('discard', undefined, own, () => this.#inTurn.completed.discardBranch(place, own)),
    )
  }

  branchFolder(place: BranchPlace, call: Call): Maybe<BranchFolder | undefined> {
    return this.#entered(CALLS.branchFolder, keyOf(place) ?? Key.root, call, own =>
      this.#inTurn.completed.branchFolder(place, own),
    )
  }

  /** Entries that match a query. May scan. */
  query(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> {
    const { prefix } = parseQuery(query)
    if (!this.#tracing.hub.hasListeners) return this.#query(query, prefix, call)
    const span = spanOf(this.#tracing, 'query', prefix, call)
    return tracedStream(this.#query(query, prefix, call.within(span)), span, entry =>
      byteLengthOf(entry.value),
    )
  }

  async *#query(query: Query, prefix: Key, call: Call): AsyncIterable<Entry<Uint8Array>> {
    const leave = await this.#admitted('query', prefix, call, () => this.#turns.enter())
    try {
      await this.#turns.abandonedEnded()
      yield* this.#inTurn.query(query, call, this)
    } finally {
      leave()
    }
  }

  explain(query: Query): QueryPlan {
    return this.#inTurn.completed.explain(query)
  }

  /**
   * Changes from the first pull on. Continues after `replace`, with one `resync` for changes that may have been missed.
   */
  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    if (!this.#tracing.hub.hasListeners) return this.#watch(prefix, call)
    const span = spanOf(this.#tracing, 'watch', prefix, call)
    return tracedStream(this.#watch(prefix, call.within(span)), span, () => undefined)
  }

  async *#watch(prefix: Key, call: Call): AsyncIterable<Change> {
    this.assertOpen('watch', prefix, call)
    yield* this.#watches.watch(prefix, call, own =>
      this.#isClosed ? undefined : this.#inTurn.completed.watch(prefix, own),
    )
  }

  /** The versions that the store keeps of a value, the latest first. */
  versions(key: Key, call: Call): Maybe<readonly ValueVersion[]> {
    return this.#entered(CALLS.versions, key, call, own => this.#inTurn.completed.versions(key, own))
  }

  /**
   * The bytes of a version, which belong to the receiver; `undefined` if the store does not keep the version, or the
   * version is a deletion.
   */
  readVersion(key: Key, id: string, call: Call): Maybe<Uint8Array | undefined> {
    return this.#entered(CALLS.readVersion, key, call, own =>
      this.#inTurn.completed.readVersion(key, id, own),
    )
  }

  /** Identifies the place where a key's value lives: the same text for every store that shares it. */
  identity(key: Key, call = Call.plain): Maybe<string> {
    return this.#entered(CALLS.identity, key, call, own => this.#inTurn.completed.identity(key, own))
  }

  /** Where the value of a key may be; `undefined` if this store keeps its values itself. See `Store.copiesOf`. */
  copiesOf(key: Key, call: Call): Maybe<readonly CopyPlace[] | undefined> {
    this.assertOpen('find the copies of', key, call)
    return this.store.copiesOf?.(key, call)
  }

  /** The value that this store keeps itself, in the turn of its key. Does not count as a use and reports no span. */
  peek(key: Key, call: Call): Maybe<Found | undefined> {
    return this.#admitted('get', key, call, () => this.#inTurn.peek(key, call))
  }

  /** As `peek`, without reading the value where the store can. */
  peekStat(key: Key, call: Call): Maybe<Stat | undefined> {
    return this.#admitted('stat', key, call, () =>
      this.store.peek === undefined
        ? this.#inTurn.stat(key, call)
        : after(this.#inTurn.peek(key, call), statOf),
    )
  }

  /** The path of the file that holds a value, if each value is in a file of its own. See `Store.fileOf`. */
  fileOf(key: Key): string | undefined {
    return this.store.fileOf?.(key)
  }

  /** The index of its keys that the store keeps, if it keeps one. See `Store.keyIndex`. */
  keyIndex(): SearchableKeys | undefined {
    return this.store.keyIndex?.()
  }

  /** Makes several calls in one turn on several keys, for adapters. */
  turn<T>(action: string, keys: readonly Key[], call: Call, work: () => Maybe<T>): Maybe<T> {
    return this.#admitted(action, keys[0], call, () => this.#turns.write(action, keys, call, work))
  }

  /**
   * Makes a call that an adapter adds and that concerns no single key. Like `list`, it waits for writes that were
   * answered early.
   */
  apart<T>(action: string, key: Key | undefined, call: Call, work: () => Maybe<T>): Maybe<T> {
    return this.#admitted(action, key, call, () => this.#turns.apart(action, key, call, work))
  }

  /** Counts the work as a call until it ends. It waits for a hold to be released. */
  during<T>(action: string, call: Call, work: (call: Call) => Promise<T>): Maybe<T> {
    return this.#admitted(action, undefined, call, () => this.#turns.count(work(call.partIn(this))))
  }

  /** Counts work that follows an answered call. It continues even if the store is closed in the meantime. */
  following<T>(work: Promise<T>): Promise<T> {
    return this.#turns.count(work)
  }

  /** Counts a stream as in flight until the returned function is called. */
  enter(action: string, key?: Key): () => void {
    this.assertOpen(action, key)
    return this.#turns.enter()
  }

  /** Begins a series of calls. `close` waits for the series until the returned function is called. */
  beginMany(action: string): () => void {
    this.assertOpen(action)
    let leave = (): void => undefined
    void this.#many.track(new Promise<void>(resolve => (leave = resolve)))
    return leave
  }

  /** Resolves once no call is running here. New calls may come in the meantime. */
  idle(): Promise<void> {
    return this.#turns.idle()
  }

  /** Completes the background work of the store. */
  async settle(): Promise<void> {
    await this.store.settle?.()
  }

  /**
   * Refuses new calls, waits for those in flight, completes background work, then closes the store and its children.
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  /** Closes the store without its children, which continue under another store. */
  closeAlone(): Promise<void> {
    this.#closing ??= this.#closeStore()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    const [own] = await Promise.allSettled([this.#closeStore()])
    const below = await Promise.allSettled([...new Set(this.store.children)].map(child => child.close()))
    for (const result of [own, ...below]) if (result.status === 'rejected') throw result.reason
  }

  async #closeStore(): Promise<void> {
    this.#isClosed = true
    this.#inTurn.completed.endWatches()
    await this.#many.ended()
    await this.#turns.idle()
    try {
      await this.settle()
    } finally {
      await this.store.close?.()
    }
  }
}

function keyOf(place: BranchPlace): Key | undefined {
  return place instanceof Key ? place : undefined
}

const WAS_REPLACED = 'the store was replaced meanwhile'
