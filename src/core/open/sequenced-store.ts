import type { Capabilities } from '../capabilities.ts'
import type { Entry, ListPage, Stat, StoreStats } from '../datastore.ts'
import { Key } from '../key.ts'
import { answer } from '../query/answer.ts'
import { parseQuery } from '../query/parse-query.ts'
import type { Query } from '../query/query.ts'
import { after, type Call, type Maybe } from './call.ts'
import { CompletedStore } from './completed-store.ts'
import type { EndableStreams } from './endable-stream.ts'
import type { OpenStore } from './open-store.ts'
import { Payload } from './payload.ts'
import { StoreQuerySource } from './query-source.ts'
import { closeUnread } from './started-stream.ts'
import type {
  BranchMoved,
  BranchPlace,
  ByteStream,
  Found,
  Moved,
  Operation,
  Removed,
  Store,
  Written,
} from './store.ts'
import type { Turns } from './turns.ts'

/** Callbacks about the work of a batch, which may continue after an aborted call was answered. */
export interface BatchProgress {
  readonly keys?: readonly Key[]
  readonly onBegin?: () => void
  readonly onEnd?: () => void
}

/**
 * A completed store whose calls are made in order: calls on one key one after another, and calls on no single key after
 * writes that were answered early. A lent value is kept before its write waits.
 */
export class SequencedStore {
  readonly #turns: Turns
  readonly #streams: EndableStreams
  #store: Store
  #completed: CompletedStore
  /** Declarations of the store that the hot path needs, read once. */
  #isLent = false
  #ordersBelow = false
  #isLeaf = true
  /** Whether the store may read a value after its write has returned a promise. */
  #readsLater = false

  constructor(store: Store, turns: Turns, streams: EndableStreams) {
    this.#store = store
    this.#turns = turns
    this.#streams = streams
    this.#completed = new CompletedStore(store)
    this.#readDeclarations()
  }

  get store(): Store {
    return this.#store
  }

  /** The same calls without turns. */
  get completed(): CompletedStore {
    return this.#completed
  }

  get capabilities(): Capabilities {
    return this.#completed.capabilities
  }

  /** Uses another store, or new declarations of the same store. Watchers are kept. */
  goBy(store: Store): void {
    this.#store = store
    this.#completed = this.#completed.redeclared(store)
    this.#readDeclarations()
  }

  #readDeclarations(): void {
    const { lent, order, children = [] } = this.#store
    this.#isLent = lent === true
    this.#ordersBelow = order === 'below'
    this.#isLeaf = children.length === 0
    this.#readsLater = !this.#isLeaf
  }

  read(key: Key, call: Call): Maybe<Found | undefined> {
    const turns = this.#turns
    if (turns.blocks(key, false)) return turns.read('get', key, call, () => this.#store.read(key, call))
    const found = this.#store.read(key, call)
    return found instanceof Promise ? this.#reading('get', key, call, found) : found
  }

  /** As `read`, without counting as a use of the value. */
  peek(key: Key, call: Call): Maybe<Found | undefined> {
    const store = this.#store
    const peek = () => (store.peek === undefined ? store.read(key, call) : store.peek(key, call))
    if (this.#turns.blocks(key, false)) return this.#turns.read('get', key, call, peek)
    const found = peek()
    return found instanceof Promise ? this.#reading('get', key, call, found) : found
  }

  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    const turns = this.#turns
    if (turns.blocks(key, false)) return turns.read('stat', key, call, () => this.#completed.stat(key, call))
    const stat = this.#completed.stat(key, call)
    return stat instanceof Promise ? this.#reading('stat', key, call, stat) : stat
  }

  has(key: Key, call: Call): Maybe<boolean> {
    const turns = this.#turns
    if (turns.blocks(key, false))
      return turns.read('look up', key, call, () => this.#completed.has(key, call))
    const has = this.#completed.has(key, call)
    return has instanceof Promise ? this.#reading('look up', key, call, has) : has
  }

  stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    const turns = this.#turns
    const work = () => after(this.#completed.stream(key, call), chunks => this.#endable(chunks))
    if (turns.blocks(key, false)) return turns.read('get', key, call, work, discard)
    const chunks = work()
    return chunks instanceof Promise ? this.#reading('get', key, call, chunks, discard) : chunks
  }

  /** Registers a stream only at the backend that it is read from, not at the adapters above. */
  #endable(chunks: ByteStream | undefined): ByteStream | undefined {
    if (chunks === undefined || !(Symbol.asyncIterator in chunks) || !this.#isLeaf) return chunks
    return this.#streams.read(chunks)
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
    this.#completed.refuseWrite('put', key, value)
    if (!value.isStream) return this.#write(key, value, call, false)
    const stream = value.endable()
    const written = this.#write(key, value, call, this.#completed.collects(value))
    return stream === undefined ? written : this.#streams.put(stream, written)
  }

  #write(key: Key, value: Payload, call: Call, mustCollect: boolean): Maybe<Written> {
    if (mustCollect || this.#turns.blocks(key, true)) {
      value.hold()
      return this.#turns.write('put', [key], call, () => this.#completed.write(key, value, call))
    }
    if (!this.#isLent) value.keepBytes()
    const written = this.#completed.write(key, value, call)
    if (!(written instanceof Promise)) return written
    // The caller continues now, so the bytes are kept for a store that may read them later.
    if (this.#readsLater) value.keepBytes()
    return this.#ordersBelow ? this.#turns.count(written) : this.#turns.writing('put', [key], call, written)
  }

  /** Writes a value that is still being encoded. The write takes its turn now. */
  writeLater(key: Key, value: Promise<Payload>, call: Call): Promise<Written> {
    return this.#turns.write('put', [key], call, async () => {
      const payload = await value
      this.#completed.refuseWrite('put', key, payload)
      payload.keepBytes()
      return this.#completed.write(key, payload, call)
    })
  }

  remove(key: Key, call: Call): Maybe<Removed> {
    const turns = this.#turns
    this.#completed.refuseWrite('delete', key)
    if (turns.blocks(key, true)) {
      return turns.write('delete', [key], call, () => this.#completed.remove(key, call))
    }
    const removed = this.#completed.remove(key, call)
    if (!(removed instanceof Promise)) return removed
    return this.#ordersBelow ? turns.count(removed) : turns.writing('delete', [key], call, removed)
  }

  move(from: Key, to: Key, call: Call): Maybe<Moved> {
    const turns = this.#turns
    this.#completed.refuseWrite('rename', from)
    this.#completed.refuseWrite('rename to', to)
    const isSame = from.equals(to)
    if (isSame && !this.#passesNames()) {
      return after(this.has(from, call), isThere => (isThere ? 'moved' : 'absent'))
    }
    const keys = isSame ? [from] : [from, to]
    if (turns.blocks(from, true) || turns.blocks(to, true)) {
      return turns.write('rename', keys, call, () => this.#completed.move(from, to, call))
    }
    const moved = this.#completed.move(from, to, call)
    // A move makes several calls below, so it takes a turn here even if each of them is ordered below.
    return moved instanceof Promise ? turns.writing('rename', keys, call, moved) : moved
  }

  /** Whether the stores below may have names without a value, such as broken links, and must be asked to move them. */
  #passesNames(): boolean {
    return !this.#isLeaf && this.#store.move !== undefined && this.#store.capabilities.rename !== 'none'
  }

  batch(operations: Maybe<Operation[]>, call: Call, progress: BatchProgress): Promise<void> {
    if (!(operations instanceof Promise)) this.#refuseOperations(operations)
    const given = progress.keys ?? (operations instanceof Promise ? [] : operations.map(({ key }) => key))
    const keys = new Map(given.map(key => [key.toString(), key]))
    return this.#turns.write('commit a batch', [...keys.values()], call, async () => {
      progress.onBegin?.()
      try {
        const all = await operations
        if (operations instanceof Promise) this.#refuseOperations(all)
        await this.#completed.batch(all, call)
      } finally {
        progress.onEnd?.()
      }
    })
  }

  #refuseOperations(operations: readonly Operation[]): void {
    for (const one of operations) {
      const value = one.type === 'put' ? Payload.kept(one.bytes) : undefined
      this.#completed.refuseWrite(one.type, one.key, value)
    }
  }

  list(prefix: Key, call: Call): Maybe<ListPage> {
    return this.#turns.apart('list', prefix, call, () => this.#completed.list(prefix, call))
  }

  stats(call: Call): Maybe<StoreStats> {
    return this.#turns.apart('count', undefined, call, () => this.#completed.stats(call))
  }

  sync(prefix: Key, call: Call): Maybe<void> {
    return this.#turns.apart('sync', prefix, call, () => this.#completed.sync(prefix, call))
  }

  prune(prefix: Key, call: Call): Maybe<void> {
    this.#completed.refuseWrite('prune', prefix)
    return this.#turns.apart('prune', prefix, call, () => this.#completed.prune(prefix, call))
  }

  moveBranch(from: BranchPlace, to: BranchPlace, call: Call): Maybe<BranchMoved> {
    const [old, next] = [from, to].map(place => (place instanceof Key ? place : undefined))
    if (old !== undefined) this.#completed.refuseWrite('move the branch', old)
    if (next !== undefined) this.#completed.refuseWrite('rename to', next)
    return this.#turns.apart('move the branch', old ?? next, call, () =>
      this.#completed.moveBranch(from, to, call),
    )
  }

  /** @param open The store that the query engine reads, if this one does not answer queries itself. */
  query(query: Query, call: Call, open: OpenStore): AsyncIterable<Entry<Uint8Array>> {
    const { signal, span } = call
    const own = this.#completed.query(query, call)
    if (own === undefined)
      return answer(new StoreQuerySource(open, true), parseQuery(query), { signal, span })
    return this.#isLeaf ? this.#streams.read(own) : own
  }
}

/** Closes a stream that arrives after its call was aborted. */
function discard(chunks: ByteStream | undefined): void {
  if (chunks !== undefined) closeUnread(chunks)
}
