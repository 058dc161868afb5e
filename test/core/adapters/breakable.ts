import type { Capabilities } from '../../../src/core/capabilities.ts'
import type { Change, ListPage, Stat, StoreStats } from '../../../src/core/datastore.ts'
import { failure } from '../../../src/core/errors.ts'
import type { Key } from '../../../src/core/key.ts'
import type { Call, Maybe } from '../../../src/core/open/call.ts'
import { Datastore, openStoreOf } from '../../../src/core/open/datastore.ts'
import type { OpenStore } from '../../../src/core/open/open-store.ts'
import type { Payload } from '../../../src/core/open/payload.ts'
import type {
  ByteStream,
  Found,
  Moved,
  Removed,
  Store,
  StoreInfo,
  Written,
} from '../../../src/core/open/store.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

type Verb = 'get' | 'put' | 'delete' | 'has' | 'stat' | 'list'

interface Hold {
  /** Resolves when a call has reached the hold. */
  readonly reached: Promise<void>
  /** Lets the held call continue. */
  go(): void
}

/**
 * A memory store that answers with promises. Its calls can be made to fail with `IO`, or held until they are
 * released.
 */
export class BreakableStore implements Store {
  readonly info: StoreInfo
  capabilities: Capabilities
  /** The data of this store. It stays open, and can be read without waiting for a held call. */
  readonly below = new MemoryDatastore()
  puts = 0
  closes = 0
  readonly #memory: OpenStore = openStoreOf(this.below)
  readonly #broken = new Set<Verb>()
  readonly #holds = new Map<Verb, () => Promise<void>>()

  constructor(capabilities: Partial<Capabilities> = {}) {
    this.info = this.below.info
    this.capabilities = { ...this.below.capabilities, ...capabilities }
  }

  breakOn(...verbs: readonly Verb[]): void {
    for (const verb of verbs) this.#broken.add(verb)
  }

  mend(): void {
    this.#broken.clear()
  }

  /** Holds the next call of `verb` until it is released. */
  holdNext(verb: Verb): Hold {
    let go: () => void = () => undefined
    const gate = new Promise<void>(resolve => {
      go = resolve
    })
    const reached = new Promise<void>(resolve => {
      this.#holds.set(verb, async () => {
        this.#holds.delete(verb)
        resolve()
        await gate
      })
    })
    return { reached, go: () => go() }
  }

  async read(key: Key, call: Call): Promise<Found | undefined> {
    await this.#pass('get', key)
    return this.#memory.read(key, call)
  }

  async stream(key: Key, call: Call): Promise<ByteStream | undefined> {
    await this.#pass('get', key)
    return this.#memory.stream(key, call)
  }

  async write(key: Key, value: Payload, call: Call): Promise<Written> {
    this.puts++
    await this.#pass('put', key)
    return this.#memory.write(key, value, call)
  }

  async remove(key: Key, call: Call): Promise<Removed> {
    await this.#pass('delete', key)
    return this.#memory.remove(key, call)
  }

  async has(key: Key, call: Call): Promise<boolean> {
    await this.#pass('has', key)
    return this.#memory.has(key, call)
  }

  async stat(key: Key, call: Call): Promise<Stat | undefined> {
    await this.#pass('stat', key)
    return this.#memory.stat(key, call)
  }

  move(from: Key, to: Key, call: Call): Maybe<Moved> {
    return this.#memory.move(from, to, call)
  }

  async list(prefix: Key, call: Call): Promise<ListPage> {
    await this.#pass('list', prefix)
    return this.#memory.list(prefix, call)
  }

  stats(call: Call): Maybe<StoreStats> {
    return this.#memory.stats(call)
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return this.#memory.watch(prefix, call)
  }

  async close(): Promise<void> {
    this.closes++
  }

  async #pass(verb: Verb, key: Key): Promise<void> {
    await this.#holds.get(verb)?.()
    if (this.#broken.has(verb)) throw failure('IO', verb, key, 'the disk is on fire')
  }
}

/** A datastore over a breakable store, with its controls. */
export class BreakableDatastore extends Datastore {
  readonly store: BreakableStore

  constructor(store = new BreakableStore()) {
    super(store)
    this.store = store
  }

  /** The data of this store, also readable while a call is held and after the store is closed. */
  get below(): MemoryDatastore {
    return this.store.below
  }

  get puts(): number {
    return this.store.puts
  }

  get closes(): number {
    return this.store.closes
  }

  breakOn(...verbs: readonly Verb[]): void {
    this.store.breakOn(...verbs)
  }

  mend(): void {
    this.store.mend()
  }

  holdNext(verb: Verb): Hold {
    return this.store.holdNext(verb)
  }
}
