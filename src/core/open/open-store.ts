import type { OpenSpan } from '../adapters/trace/open-span.ts'
import type { SpanVerb } from '../adapters/trace/span.ts'
import { tracedStream } from '../adapters/trace/traced-stream.ts'
import { byteLengthOf } from '../bytes.ts'
import { type Capabilities, capabilitiesChanged } from '../capabilities.ts'
import { withinTime } from '../concurrency/within-time.ts'
import type { Change, Entry, ListPage, Stat, StoreStats } from '../datastore.ts'
import { type DatastoreError, failure, noteNode } from '../errors.ts'
import { Key } from '../key.ts'
import { answer } from '../query/answer.ts'
import { parseQuery } from '../query/parse-query.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import { closeUnread } from './begun.ts'
import { after, Call, Cancel, type Maybe } from './call.ts'
import { CompletedStore } from './completed-store.ts'
import { EndableStream } from './endable-stream.ts'
import { Entrance } from './entrance.ts'
import { Gate } from './gate.ts'
import type { Hold } from './hold.ts'
import { Payload } from './payload.ts'
import { StoreQuerySource } from './query-source.ts'
import type {
  ByteStream,
  Found,
  Moved,
  Operation,
  Removed,
  Store,
  StoreInfo,
  StoreTransaction,
  Written,
} from './store.ts'
import { inSpan, spanOf, TOLD_OF, type Told, type Tracing, UNTRACED } from './tracing.ts'
import { Turns } from './turns.ts'

/** What a batch tells of its work, which may outlast the answer of an aborted call. */
export interface BatchProgress {
  readonly keys?: readonly Key[]
  readonly begun?: () => void
  readonly ended?: () => void
}

/** How long a change of the stores waits, in milliseconds. */
export interface Waits {
  /** For calls and streams, until streams are ended. */
  readonly streams: number
  /** For calls after that, until the change is given up. */
  readonly calls: number
}

/** What one of the calls is called, in messages and in spans. */
interface CallName<T> {
  readonly action: string
  readonly verb: SpanVerb
  readonly to?: Key | undefined
  readonly told?: Told<T> | undefined
  /** About the store as a whole: a message names no key. */
  readonly isOfStore?: boolean | undefined
}

const CALLS = {
  read: { action: 'get', verb: 'get', told: TOLD_OF.read },
  stat: { action: 'stat', verb: 'stat', told: TOLD_OF.other },
  has: { action: 'look up', verb: 'has' },
  put: { action: 'put', verb: 'put', told: TOLD_OF.other },
  remove: { action: 'delete', verb: 'delete', told: TOLD_OF.other },
  move: { action: 'rename', verb: 'rename', told: TOLD_OF.other },
  batch: { action: 'commit a batch', verb: 'commit', isOfStore: true },
  list: { action: 'list', verb: 'list' },
  stats: { action: 'count', verb: 'stats', isOfStore: true },
  sync: { action: 'sync', verb: 'sync' },
  prune: { action: 'prune', verb: 'prune' },
  identity: { action: 'find the place of', verb: 'identity' },
} as const

/**
 * A store that is open: what must exist once per store, around whatever it implements. It refuses calls after `close`
 * and options that are not declared, keeps call order per key, completes the calls that the store does not have, tells
 * spans, and knows what is in flight. Adapters hold their children as `OpenStore`s.
 *
 * Answers are those of `Store`: absence and refusal are values, and an answer at hand comes without a promise.
 */
export class OpenStore {
  #tracing: Tracing = UNTRACED
  #store: Store
  #completed: CompletedStore
  #turns: Turns
  /** What the hot path asks of the store, read once. */
  #isLent = false
  #ordersBelow = false
  #isLeaf = true
  #isClosed = false
  #hold: Hold | undefined
  #closing: Promise<void> | undefined
  /** Streams that are being put. */
  readonly #puts = new Set<EndableStream<Uint8Array>>()
  /** Streams and queries that are being read. */
  readonly #reads = new Set<EndableStream<unknown>>()
  #whenRead: (() => void) | undefined
  readonly #watches = new Set<Cancel>()

  constructor(store: Store) {
    this.#store = store
    this.#completed = new CompletedStore(store)
    this.#turns = new Turns(store.gate, error => this.#noteFailure(error))
    this.#readDeclarations()
    store.opened?.(this)
  }

  get store(): Store {
    return this.#store
  }

  get info(): StoreInfo {
    return this.#store.info
  }

  /** What a caller gets: what the store declares, and what is completed. */
  get capabilities(): Capabilities {
    return this.#completed.capabilities
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Tells the spans of this store to a hub from now on, under the id of its node. */
  traceTo(tracing: Tracing): void {
    this.#tracing = tracing
  }

  /**
   * Puts another store in the place of this one, which is not closed. No call may run. Watches go on, with one `resync`.
   */
  replace(store: Store): void {
    this.#store = store
    this.#turns.goBy(store.gate ?? new Gate())
    store.opened?.(this)
    this.refresh()
  }

  /** Reads the store's declarations again, and lets every watch subscribe again: its children have changed. */
  refresh(): void {
    this.redeclare()
    for (const watch of this.#watches) watch.abort()
  }

  /** Lets new calls wait for `hold`, or no longer wait for any. Those that run go on. */
  holdFor(hold: Hold | undefined): void {
    this.#hold = hold
  }

  /**
   * Resolves once no call runs. Streamed puts that run longer than the first of the waits fail with `CLOSED`.
   * @throws DatastoreError `TIMEOUT` where a call runs longer than both.
   */
  async callsEnded({ streams, calls }: Waits): Promise<void> {
    if (await withinTime(this.#turns.callsEnded(), streams)) return
    for (const put of this.#puts) put.end(changed('put'))
    if (await withinTime(this.#turns.callsEnded(), calls)) return
    const state = `a call has run for more than ${streams + calls} ms`
    throw failure('TIMEOUT', `wait for the calls in the ${this.info.kind} store`, undefined, state)
  }

  /** Waits for streams and queries that are read from here, then lets those that go on fail with `CLOSED`. */
  async streamsEnded({ streams }: Waits): Promise<void> {
    if (this.#reads.size === 0) return
    const ended = new Promise<void>(resolve => {
      this.#whenRead = resolve
    })
    if (await withinTime(ended, streams)) return
    for (const read of this.#reads) read.end(changed('read'))
  }

  /** Reads the store's declarations again. Stores above derive theirs from them. */
  redeclare(): void {
    capabilitiesChanged()
    this.#completed = this.#completed.redeclared(this.#store)
    this.#readDeclarations()
  }

  #readDeclarations(): void {
    this.#isLent = this.#store.lent === true
    this.#ordersBelow = this.#store.order === 'below'
    this.#isLeaf = (this.#store.children ?? []).length === 0
  }

  /** @throws DatastoreError `CLOSED`, except for a part of a call in flight, which `close` waits for; or AbortError */
  assertOpen(action: string, key?: Key, call?: Call): void {
    if (this.#isClosed && call?.isPartIn(this) !== true)
      throw failure('CLOSED', action, key, 'the store is closed')
    if (call?.cancel !== undefined) call.throwIfAborted(action, key)
  }

  /** The span of a call that is made of other calls here; `undefined` while nobody listens. */
  spanOf(verb: SpanVerb, key: Key, call: Call): OpenSpan | undefined {
    if (this.#store instanceof Entrance) return this.#store.node.spanOf(verb, key, call)
    return this.#tracing.hub.isHeard ? spanOf(this.#tracing, verb, key, call) : undefined
  }

  #noteFailure(error: unknown): void {
    if (this.#tracing !== UNTRACED) noteNode(error, this.#tracing.node)
  }

  /** Whether nothing stands between a call and the store. */
  #isPlain({ cancel }: Call): boolean {
    return (
      this.#hold === undefined &&
      !this.#isClosed &&
      !this.#tracing.hub.isHeard &&
      (cancel === undefined || !cancel.isAborted)
    )
  }

  /** Makes a call once it is let in, and tells its span. */
  #entered<T>(name: CallName<T>, key: Key, call: Call, work: (call: Call) => Maybe<T>): Maybe<T> {
    const { action, verb, to, told, isOfStore } = name
    const subject = isOfStore === true ? undefined : key
    if (this.#hold !== undefined) {
      return this.#hold.later(action, subject, call, () => this.#entered(name, key, call, work))
    }
    this.assertOpen(action, subject, call)
    if (!this.#tracing.hub.isHeard) return work(call)
    return inSpan(spanOf(this.#tracing, verb, key, call, to), call, work, told)
  }

  read(key: Key, call: Call): Maybe<Found | undefined> {
    if (this.#isPlain(call)) return this.#read(key, call)
    return this.#entered(CALLS.read, key, call, own => this.#read(key, own))
  }

  #read(key: Key, call: Call): Maybe<Found | undefined> {
    const turns = this.#turns
    if (turns.blocks(key, false)) return turns.read('get', key, call, () => this.#store.read(key, call))
    const found = this.#store.read(key, call)
    return found instanceof Promise ? this.#reading('get', key, call, found) : found
  }

  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    if (this.#isPlain(call)) return this.#stat(key, call)
    return this.#entered(CALLS.stat, key, call, own => this.#stat(key, own))
  }

  has(key: Key, call: Call): Maybe<boolean> {
    if (this.#isPlain(call)) return this.#has(key, call)
    return this.#entered(CALLS.has, key, call, own => this.#has(key, own))
  }

  #has(key: Key, call: Call): Maybe<boolean> {
    const turns = this.#turns
    if (turns.blocks(key, false))
      return turns.read('look up', key, call, () => this.#completed.has(key, call))
    const has = this.#completed.has(key, call)
    return has instanceof Promise ? this.#reading('look up', key, call, has) : has
  }

  #stat(key: Key, call: Call): Maybe<Stat | undefined> {
    const turns = this.#turns
    if (turns.blocks(key, false)) return turns.read('stat', key, call, () => this.#completed.stat(key, call))
    const stat = this.#completed.stat(key, call)
    return stat instanceof Promise ? this.#reading('stat', key, call, stat) : stat
  }

  /** Pieces of a value, or of the range that the call asks for. The version is fixed once this has answered. */
  stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    if (this.#isPlain(call)) return this.#stream(key, call)
    if (this.#hold !== undefined) return this.#hold.later('get', key, call, () => this.stream(key, call))
    this.assertOpen('get', key, call)
    if (!this.#tracing.hub.isHeard) return this.#stream(key, call)
    const span = spanOf(this.#tracing, 'getStream', key, call)
    const traced = (chunks: ByteStream | undefined): ByteStream | undefined => {
      if (chunks !== undefined) return tracedStream(toAsync(chunks), span, byteLengthOf)
      span.end('NOT_FOUND')
      return undefined
    }
    return thenOr(
      () => this.#stream(key, call.within(span)),
      traced,
      error => span.fail(error),
    )
  }

  #stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    const turns = this.#turns
    const work = () => after(this.#completed.stream(key, call), chunks => this.#endable(chunks))
    if (turns.blocks(key, false)) return turns.read('get', key, call, work, discard)
    const chunks = work()
    return chunks instanceof Promise ? this.#reading('get', key, call, chunks, discard) : chunks
  }

  /** Streams hold what they are read from: the store at the bottom, not the adapters above it. */
  #endable(chunks: ByteStream | undefined): ByteStream | undefined {
    if (chunks === undefined || !(Symbol.asyncIterator in chunks) || !this.#isLeaf) return chunks
    return this.#toRead(chunks)
  }

  #toRead<T>(items: AsyncIterable<T>): EndableStream<T> {
    const stream: EndableStream<T> = new EndableStream(items, () => {
      this.#reads.delete(stream)
      if (this.#reads.size === 0) this.#whenRead?.()
    })
    this.#reads.add(stream)
    return stream
  }

  #reading<T>(
    action: string,
    key: Key,
    call: Call,
    result: Promise<T>,
    discard?: (answer: T) => void,
  ): Promise<T> {
    if (this.#ordersBelow) return this.#turns.count(result)
    return this.#turns.reading(action, key, call, result, discard)
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    if (this.#isPlain(call)) return this.#write(key, value, call)
    if (this.#hold !== undefined) value.hold()
    const bytes = value.isStream ? undefined : value.bytes.length
    const name = { ...CALLS.put, told: { ...TOLD_OF.other, size: () => bytes } }
    return this.#entered(name, key, call, own => this.#write(key, value, own))
  }

  #write(key: Key, value: Payload, call: Call): Maybe<Written> {
    this.#completed.refuseWrite('put', key, value)
    if (!value.isStream) return this.#writeNow(key, value, call, false)
    const stream = value.endable()
    const written = this.#writeNow(key, value, call, this.#completed.collects(value))
    if (stream === undefined || !(written instanceof Promise)) return written
    this.#puts.add(stream)
    return written.finally(() => this.#puts.delete(stream))
  }

  #writeNow(key: Key, value: Payload, call: Call, mustCollect: boolean): Maybe<Written> {
    if (mustCollect || this.#turns.blocks(key, true)) {
      value.hold()
      return this.#turns.write('put', [key], call, () => this.#completed.write(key, value, call))
    }
    if (!this.#isLent) value.keepBytes()
    const written = this.#completed.write(key, value, call)
    if (!(written instanceof Promise)) return written
    // The caller goes on now, so the bytes are kept for whoever reads them later.
    value.keepBytes()
    return this.#ordersBelow ? this.#turns.count(written) : this.#turns.writing('put', [key], call, written)
  }

  /** Writes a value that is still being made. The write has its turn from now on. */
  writeLater(key: Key, value: Promise<Payload>, call: Call): Maybe<Written> {
    // Its failure is heard when its turn comes.
    value.catch(() => undefined)
    return this.#entered(CALLS.put, key, call, own =>
      this.#turns.write('put', [key], own, async () => {
        const payload = await value
        this.#completed.refuseWrite('put', key, payload)
        payload.keepBytes()
        return this.#completed.write(key, payload, own)
      }),
    )
  }

  remove(key: Key, call: Call): Maybe<Removed> {
    if (this.#isPlain(call)) return this.#remove(key, call)
    return this.#entered(CALLS.remove, key, call, own => this.#remove(key, own))
  }

  #remove(key: Key, call: Call): Maybe<Removed> {
    const turns = this.#turns
    this.#completed.refuseWrite('delete', key)
    if (turns.blocks(key, true)) {
      return turns.write('delete', [key], call, () => this.#completed.remove(key, call))
    }
    const removed = this.#completed.remove(key, call)
    if (!(removed instanceof Promise)) return removed
    return this.#ordersBelow ? turns.count(removed) : turns.writing('delete', [key], call, removed)
  }

  /** Moves the value of one key to another key. A value that is moved to its own key stays as it is. */
  move(from: Key, to: Key, call: Call): Maybe<Moved> {
    if (this.#isPlain(call)) return this.#move(from, to, call)
    return this.#entered({ ...CALLS.move, to }, from, call, own => this.#move(from, to, own))
  }

  #move(from: Key, to: Key, call: Call): Maybe<Moved> {
    const turns = this.#turns
    this.#completed.refuseWrite('rename', from)
    this.#completed.refuseWrite('rename to', to)
    if (from.equals(to) && !(this.#ordersBelow && this.#store.move !== undefined))
      return this.#staying(from, call)
    if (turns.blocks(from, true) || turns.blocks(to, true)) {
      return turns.write('rename', [from, to], call, () => this.#completed.move(from, to, call))
    }
    const moved = this.#completed.move(from, to, call)
    // Several calls below, even where each single call is ordered there: so it has its turn here in any case.
    return moved instanceof Promise ? turns.writing('rename', [from, to], call, moved) : moved
  }

  /** A move of a value to where it is. A store that keeps order below passes it on: its names may be more than its values. */
  #staying(key: Key, call: Call): Maybe<Moved> {
    const has = this.#has(key, call)
    const moved = (isThere: boolean): Moved => (isThere ? 'moved' : 'absent')
    return has instanceof Promise ? has.then(moved) : moved(has)
  }

  /**
   * Applies operations in order. After a failure, `operations` holds what was not applied.
   * @param progress The keys, where the operations are still being made, and what is to be told of them.
   */
  batch(operations: Maybe<Operation[]>, call: Call, progress: BatchProgress = {}): Maybe<void> {
    let bytes = 0
    const counted = (all: readonly Operation[]) => {
      for (const one of all) bytes += one.type === 'put' ? one.bytes.length : 0
    }
    if (this.#tracing.hub.isHeard) {
      if (operations instanceof Promise) operations.then(counted, () => undefined)
      else counted(operations)
    }
    const name = { ...CALLS.batch, told: { size: () => bytes } }
    return this.#entered(name, Key.root, call, own => this.#batch(operations, own, progress))
  }

  #batch(operations: Maybe<Operation[]>, call: Call, progress: BatchProgress): Promise<void> {
    if (!(operations instanceof Promise)) this.#refuseOperations(operations)
    const given = progress.keys ?? (operations instanceof Promise ? [] : operations.map(({ key }) => key))
    const keys = new Map(given.map(key => [key.toString(), key]))
    return this.#turns.write('commit a batch', [...keys.values()], call, async () => {
      progress.begun?.()
      try {
        const all = await operations
        if (operations instanceof Promise) this.#refuseOperations(all)
        await this.#completed.batch(all, call)
      } finally {
        progress.ended?.()
      }
    })
  }

  #refuseOperations(operations: readonly Operation[]): void {
    for (const one of operations) {
      const value = one.type === 'put' ? Payload.kept(one.bytes) : undefined
      this.#completed.refuseWrite(one.type, one.key, value)
    }
  }

  /** Several calls as one turn on several keys, for adapters that make more than one. */
  turn<T>(action: string, keys: readonly Key[], call: Call, work: () => Maybe<T>): Promise<T> {
    if (this.#hold !== undefined) {
      return this.#hold.later(action, keys[0], call, () => this.turn(action, keys, call, work))
    }
    this.assertOpen(action, keys[0], call)
    return this.#turns.write(action, keys, call, work)
  }

  /** A call of an adapter's own on no single key. It waits for writes that were answered early, as `list` does. */
  apart<T>(action: string, key: Key | undefined, call: Call, work: () => Maybe<T>): Maybe<T> {
    if (this.#hold !== undefined) {
      return this.#hold.later(action, key, call, () => this.apart(action, key, call, work))
    }
    this.assertOpen(action, key, call)
    return this.#turns.apart(action, key, call, work)
  }

  list(prefix: Key, call: Call): Maybe<ListPage> {
    return this.#entered(CALLS.list, prefix, call, own =>
      this.#turns.apart('list', prefix, own, () => this.#completed.list(prefix, own)),
    )
  }

  stats(call: Call): Maybe<StoreStats> {
    return this.#entered(CALLS.stats, Key.root, call, own =>
      this.#turns.apart('count', undefined, own, () => this.#completed.stats(own)),
    )
  }

  sync(prefix: Key, call: Call): Maybe<void> {
    return this.#entered(CALLS.sync, prefix, call, own =>
      this.#turns.apart('sync', prefix, own, () => this.#completed.sync(prefix, own)),
    )
  }

  /** Removes branches at and below `prefix` that are there without a key: empty folders. */
  prune(prefix: Key, call: Call): Maybe<void> {
    return this.#entered(CALLS.prune, prefix, call, own => {
      this.#completed.refuseWrite('prune', prefix)
      return this.#turns.apart('prune', prefix, own, () => this.#completed.prune(prefix, own))
    })
  }

  /** Entries that answer a query, which may scan. */
  query(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> {
    const { prefix } = parseQuery(query)
    if (!this.#tracing.hub.isHeard) return this.#query(query, prefix, call)
    const span = spanOf(this.#tracing, 'query', prefix, call)
    return tracedStream(this.#query(query, prefix, call.within(span)), span, entry =>
      byteLengthOf(entry.value),
    )
  }

  async *#query(query: Query, prefix: Key, call: Call): AsyncIterable<Entry<Uint8Array>> {
    await this.#hold?.later('query', prefix, call, () => undefined)
    this.assertOpen('query', prefix, call)
    const leave = this.#turns.enter()
    try {
      await this.#turns.abandonedEnded()
      const { signal, span } = call
      const own = this.#completed.query(query, call)
      if (own !== undefined && this.#isLeaf) yield* this.#toRead(own)
      else yield* own ?? answer(new StoreQuerySource(this, true), parseQuery(query), { signal, span })
    } finally {
      leave()
    }
  }

  explain(query: Query): QueryPlan {
    return this.#completed.explain(query)
  }

  /** Changes from the first pull on. It goes on over `replace`, with one `resync` for what may have changed meanwhile. */
  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    if (!this.#tracing.hub.isHeard) return this.#watch(prefix, call)
    const span = spanOf(this.#tracing, 'watch', prefix, call)
    return tracedStream(this.#watch(prefix, call.within(span)), span, () => undefined)
  }

  async *#watch(prefix: Key, call: Call): AsyncIterable<Change> {
    this.assertOpen('watch', prefix, call)
    for (let isAgain = false; ; isAgain = true) {
      if (this.#isClosed) return
      const replaced = Cancel.under(call.cancel)
      this.#watches.add(replaced)
      const changes = this.#completed.watch(prefix, call.under(replaced))[Symbol.asyncIterator]()
      try {
        // Subscribed before the consumer is told to look again, so that no change falls in between.
        let step = changes.next()
        step.catch(() => undefined)
        if (isAgain) yield { type: 'resync', key: prefix }
        for (;;) {
          const result = await step
          if (result.done === true && !replaced.isAborted) return
          if (result.done === true) break
          yield result.value
          step = changes.next()
        }
      } catch (error) {
        if (call.cancel?.isAborted === true || !replaced.isAborted) throw error
      } finally {
        this.#watches.delete(replaced)
        // What waits for a change ends first: a generator answers no return while it waits.
        replaced.abort()
        replaced.release()
        void changes.return?.().catch(() => undefined)
      }
    }
  }

  /** @throws DatastoreError `UNSUPPORTED` where neither the store nor the one below it has transactions. */
  async begin(call: Call): Promise<StoreTransaction> {
    this.assertOpen('begin a transaction', undefined, call)
    const store = this.#store
    const { transaction } = this.capabilities
    if (store.begin !== undefined && transaction !== 'none') return store.begin(call)
    const [child, ...others] = store.children ?? []
    if (transaction === 'none' || store.over === undefined || child === undefined || others.length > 0) {
      const state = `a ${this.info.kind} store has none`
      throw failure('UNSUPPORTED', 'begin a transaction', undefined, state)
    }
    const below = await child.begin(call)
    const inside = new OpenStore(below.store)
    const rollback = async () => {
      try {
        await inside.closeAlone()
      } finally {
        await below.rollback()
      }
    }
    const commit = async () => {
      await inside.closeAlone()
      return below.commit()
    }
    try {
      return { store: store.over([inside]), commit, rollback }
    } catch (error) {
      await rollback()
      throw error
    }
  }

  /** Names the place where a key's value lives: the same text for every store that shares it. */
  identity(key: Key, call = Call.plain): Maybe<string> {
    if (this.#isPlain(call)) return this.#completed.identity(key, call)
    return this.#entered(CALLS.identity, key, call, own => this.#completed.identity(key, own))
  }

  /** Counts a stream as in flight, until the function that this returns is called. */
  enter(action: string, key?: Key): () => void {
    this.assertOpen(action, key)
    return this.#turns.enter()
  }

  /** Counts the work as a call, until it ends. It waits for a hold to be released. */
  during<T>(action: string, call: Call, work: (call: Call) => Promise<T>): Promise<T> {
    if (this.#hold !== undefined) {
      return this.#hold.later(action, undefined, call, () => this.during(action, call, work))
    }
    this.assertOpen(action, undefined, call)
    return this.#turns.count(work(call.partIn(this)))
  }

  /** Counts what follows on a call that was answered. It ends, also where the store closes meanwhile. */
  following<T>(work: Promise<T>): Promise<T> {
    return this.#turns.count(work)
  }

  /** Resolves once no call runs here. New ones may come meanwhile. */
  idle(): Promise<void> {
    return this.#turns.idle()
  }

  /** Completes the background work of the store. */
  async settle(): Promise<void> {
    await this.#store.settle?.()
  }

  /** Refuses new calls, waits for those in flight, completes background work, then closes the store and its children. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  /** Closes the store alone: its children go on under another store. */
  closeAlone(): Promise<void> {
    this.#closing ??= this.#closeStore()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    const [own] = await Promise.allSettled([this.#closeStore()])
    const below = await Promise.allSettled([...new Set(this.#store.children)].map(child => child.close()))
    for (const result of [own, ...below]) if (result.status === 'rejected') throw result.reason
  }

  async #closeStore(): Promise<void> {
    this.#isClosed = true
    this.#completed.endWatches()
    await this.#turns.idle()
    try {
      await this.#store.settle?.()
    } finally {
      await this.#store.close?.()
    }
  }
}

/** What `work` comes to, through `given`; a failure is shown to `failed` and thrown on. */
function thenOr<T, R>(
  work: () => Maybe<T>,
  given: (answer: T) => R,
  failed: (error: unknown) => void,
): Maybe<R> {
  const fail = (error: unknown): never => {
    failed(error)
    throw error
  }
  let result: Maybe<T>
  try {
    result = work()
  } catch (error) {
    return fail(error)
  }
  return result instanceof Promise ? result.then(given, fail) : given(result)
}

function changed(action: string): DatastoreError {
  return failure('CLOSED', action, undefined, 'the store was replaced meanwhile')
}

/** Closes a stream that comes after its call was aborted. */
function discard(chunks: ByteStream | undefined): void {
  if (chunks !== undefined) closeUnread(chunks)
}

/** Chunks as an async iterable. Closing it closes them, also where nothing was read. */
function toAsync(chunks: ByteStream): AsyncIterable<Uint8Array> {
  return Symbol.asyncIterator in chunks ? chunks : eachOf(chunks)
}

async function* eachOf(chunks: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* chunks
}
