import type { OpenSpan } from '../adapters/trace/open-span.ts'
import type { SpanVerb } from '../adapters/trace/span.ts'
import { tracedStream } from '../adapters/trace/traced-stream.ts'
import { byteLengthOf } from '../bytes.ts'
import { type Capabilities, capabilitiesChanged } from '../capabilities.ts'
import type { Change, Entry, ListPage, Stat, StoreStats } from '../datastore.ts'
import { failure } from '../errors.ts'
import { Key } from '../key.ts'
import { answer } from '../query/answer.ts'
import { parseQuery } from '../query/parse-query.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import { Call, Cancel, type Maybe } from './call.ts'
import { CompletedStore } from './completed-store.ts'
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
import { inSpan, spanOf, TOLD_OF, type Tracing, UNTRACED } from './tracing.ts'
import { Turns } from './turns.ts'

/** What a batch tells of its work, which may outlast the answer of an aborted call. */
export interface BatchProgress {
  readonly keys?: readonly Key[]
  readonly begun?: () => void
  readonly ended?: () => void
}

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
  #isClosed = false
  #closing: Promise<void> | undefined
  readonly #watches = new Set<Cancel>()

  constructor(store: Store) {
    this.#store = store
    this.#completed = new CompletedStore(store)
    this.#turns = new Turns(store.gate)
    this.#readDeclarations()
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

  /** Puts another store in the place of this one, which is not closed. Watches go on, with one `resync`. */
  replace(store: Store): void {
    this.#store = store
    if (store.gate !== undefined && store.gate !== this.#turns.gate) {
      this.#turns = new Turns(store.gate)
    }
    this.refresh()
  }

  /** Reads the store's declarations again, and lets every watch subscribe again: its children have changed. */
  refresh(): void {
    this.redeclare()
    for (const watch of this.#watches) watch.abort()
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
  }

  /** @throws DatastoreError `CLOSED`, or AbortError */
  assertOpen(action: string, key?: Key, call?: Call): void {
    if (this.#isClosed) throw failure('CLOSED', action, key, 'the store is closed')
    if (call?.cancel !== undefined) call.throwIfAborted(action, key)
  }

  /** The span of a call that is made of other calls here; `undefined` while nobody listens. */
  spanOf(verb: SpanVerb, key: Key, call: Call): OpenSpan | undefined {
    return this.#tracing.hub.isHeard ? spanOf(this.#tracing, verb, key, call) : undefined
  }

  read(key: Key, call: Call): Maybe<Found | undefined> {
    this.assertOpen('get', key, call)
    if (!this.#tracing.hub.isHeard) return this.#read(key, call)
    return inSpan(spanOf(this.#tracing, 'get', key, call), call, own => this.#read(key, own), TOLD_OF.read)
  }

  #read(key: Key, call: Call): Maybe<Found | undefined> {
    const turns = this.#turns
    if (turns.blocks(key, false)) return turns.read('get', key, call, () => this.#store.read(key, call))
    const found = this.#store.read(key, call)
    return found instanceof Promise ? this.#reading('get', key, call, found) : found
  }

  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    this.assertOpen('stat', key, call)
    if (!this.#tracing.hub.isHeard) return this.#stat(key, call)
    const span = spanOf(this.#tracing, 'stat', key, call)
    return inSpan(span, call, own => this.#stat(key, own), TOLD_OF.other)
  }

  has(key: Key, call: Call): Maybe<boolean> {
    this.assertOpen('look up', key, call)
    if (!this.#tracing.hub.isHeard) return this.#has(key, call)
    return inSpan(spanOf(this.#tracing, 'has', key, call), call, own => this.#has(key, own))
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
    if (turns.blocks(key, false)) return turns.read('get', key, call, () => this.#completed.stream(key, call))
    const chunks = this.#completed.stream(key, call)
    return chunks instanceof Promise ? this.#reading('get', key, call, chunks) : chunks
  }

  #reading<T>(action: string, key: Key, call: Call, result: Promise<T>): Promise<T> {
    return this.#ordersBelow ? this.#turns.count(result) : this.#turns.reading(action, key, call, result)
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    this.assertOpen('put', key, call)
    if (!this.#tracing.hub.isHeard) return this.#write(key, value, call)
    const bytes = value.isStream ? undefined : value.bytes.length
    const told = { ...TOLD_OF.other, size: () => bytes }
    return inSpan(spanOf(this.#tracing, 'put', key, call), call, own => this.#write(key, value, own), told)
  }

  #write(key: Key, value: Payload, call: Call): Maybe<Written> {
    this.#completed.refuseWrite('put', key, value)
    const mustCollect = value.isStream && !this.#store.capabilities.write.stream
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
    this.assertOpen('put', key, call)
    // Its failure is heard when its turn comes.
    value.catch(() => undefined)
    const write = (own: Call) =>
      this.#turns.write('put', [key], own, async () => {
        const payload = await value
        this.#completed.refuseWrite('put', key, payload)
        payload.keepBytes()
        return this.#completed.write(key, payload, own)
      })
    if (!this.#tracing.hub.isHeard) return write(call)
    return inSpan(spanOf(this.#tracing, 'put', key, call), call, write, TOLD_OF.other)
  }

  remove(key: Key, call: Call): Maybe<Removed> {
    this.assertOpen('delete', key, call)
    if (!this.#tracing.hub.isHeard) return this.#remove(key, call)
    const span = spanOf(this.#tracing, 'delete', key, call)
    return inSpan(span, call, own => this.#remove(key, own), TOLD_OF.other)
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
    this.assertOpen('rename', from, call)
    if (!this.#tracing.hub.isHeard) return this.#move(from, to, call)
    const span = spanOf(this.#tracing, 'rename', from, call, to)
    return inSpan(span, call, own => this.#move(from, to, own), TOLD_OF.other)
  }

  #move(from: Key, to: Key, call: Call): Maybe<Moved> {
    const turns = this.#turns
    this.#completed.refuseWrite('rename', from)
    this.#completed.refuseWrite('rename to', to)
    if (from.equals(to)) return this.#staying(from, call)
    if (turns.blocks(from, true) || turns.blocks(to, true)) {
      return turns.write('rename', [from, to], call, () => this.#completed.move(from, to, call))
    }
    const moved = this.#completed.move(from, to, call)
    // Several calls below, even where each single call is ordered there: so it has its turn here in any case.
    return moved instanceof Promise ? turns.writing('rename', [from, to], call, moved) : moved
  }

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
    this.assertOpen('commit a batch', undefined, call)
    if (!this.#tracing.hub.isHeard) return this.#batch(operations, call, progress)
    let bytes = 0
    const counted = (all: readonly Operation[]) => {
      for (const one of all) bytes += one.type === 'put' ? one.bytes.length : 0
    }
    if (operations instanceof Promise) operations.then(counted, () => undefined)
    else counted(operations)
    const span = spanOf(this.#tracing, 'commit', Key.root, call)
    return inSpan(span, call, own => this.#batch(operations, own, progress), { size: () => bytes })
  }

  #batch(operations: Maybe<Operation[]>, call: Call, progress: BatchProgress): Promise<void> {
    if (!(operations instanceof Promise)) this.#refuseOperations(operations)
    const given = progress.keys ?? (operations instanceof Promise ? [] : operations.map(({ key }) => key))
    const keys = new Map(given.map(key => [key.toString(), key]))
    return this.turn('commit a batch', [...keys.values()], call, async () => {
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
    this.assertOpen(action, keys[0], call)
    return this.#turns.write(action, keys, call, work)
  }

  /** A call of an adapter's own on no single key. It waits for writes that were answered early, as `list` does. */
  apart<T>(action: string, key: Key | undefined, call: Call, work: () => Maybe<T>): Maybe<T> {
    this.assertOpen(action, key, call)
    return this.#turns.apart(action, key, call, work)
  }

  list(prefix: Key, call: Call): Maybe<ListPage> {
    this.assertOpen('list', prefix, call)
    const list = (own: Call) =>
      this.#turns.apart('list', prefix, own, () => this.#completed.list(prefix, own))
    if (!this.#tracing.hub.isHeard) return list(call)
    return inSpan(spanOf(this.#tracing, 'list', prefix, call), call, list)
  }

  stats(call: Call): Maybe<StoreStats> {
    this.assertOpen('count', undefined, call)
    const stats = (own: Call) => this.#turns.apart('count', undefined, own, () => this.#completed.stats(own))
    if (!this.#tracing.hub.isHeard) return stats(call)
    return inSpan(spanOf(this.#tracing, 'stats', Key.root, call), call, stats)
  }

  sync(prefix: Key, call: Call): Maybe<void> {
    this.assertOpen('sync', prefix, call)
    const sync = (own: Call) =>
      this.#turns.apart('sync', prefix, own, () => this.#completed.sync(prefix, own))
    if (!this.#tracing.hub.isHeard) return sync(call)
    return inSpan(spanOf(this.#tracing, 'sync', prefix, call), call, sync)
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
    this.assertOpen('query', prefix, call)
    const leave = this.#turns.enter()
    try {
      await this.#turns.abandonedEnded()
      const { signal, span } = call
      const own = this.#completed.query(query, call)
      yield* own ?? answer(new StoreQuerySource(this), parseQuery(query), { signal, span })
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
    for (let isAgain = false; ; isAgain = true) {
      this.assertOpen('watch', prefix, call)
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
          if (result.done === true) return
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
    if (store.begin !== undefined) return store.begin(call)
    const [child, ...others] = store.children ?? []
    if (store.over === undefined || child === undefined || others.length > 0) {
      const state = `a ${this.info.kind} store has none`
      throw failure('UNSUPPORTED', 'begin a transaction', undefined, state)
    }
    const below = await child.begin(call)
    return {
      store: store.over([new OpenStore(below.store)]),
      commit: () => below.commit(),
      rollback: () => below.rollback(),
    }
  }

  /** Names the place where a key's value lives: the same text for every store that shares it. */
  identity(key: Key, call = Call.plain): Maybe<string> {
    return this.#completed.identity(key, call)
  }

  /** Counts a stream as in flight, until the function that this returns is called. */
  enter(action: string, key?: Key): () => void {
    this.assertOpen(action, key)
    return this.#turns.enter()
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
    const children = this.#store.children
    const [own] = await Promise.allSettled([this.#closeStore()])
    const below = await Promise.allSettled([...new Set(children)].map(child => child.close()))
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

/** Chunks as an async iterable. Closing it closes them, also where nothing was read. */
function toAsync(chunks: ByteStream): AsyncIterable<Uint8Array> {
  return Symbol.asyncIterator in chunks ? chunks : eachOf(chunks)
}

async function* eachOf(chunks: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* chunks
}
