import type { BinaryDatastore } from '../datastore.ts'
import type { Key } from '../key.ts'
import { after, Call, type Maybe } from '../open/call.ts'
import { Datastore, openStoreOf } from '../open/datastore.ts'
import { OpenStore } from '../open/open-store.ts'
import type { Payload } from '../open/payload.ts'
import type { ByteStream, Found, Moved, Written } from '../open/store.ts'
import { checkOptions, numberFrom } from '../options.ts'
import { MemoryStore } from '../stores/memory.ts'
import type { RetentionOptions } from '../stores/retention/retention.ts'
import { TieredStore } from './tiered/tiered-store.ts'
import type { TierMetrics } from './tiered/upper-tier.ts'

/** The limits of a cache. Without any it holds 10,000 entries. */
export interface CacheOptions extends RetentionOptions {
  /** Milliseconds for which an absent key is remembered as absent. Default: absent keys are not remembered. */
  readonly negativeTtl?: number | undefined
}

/** Counters of a cache, since it was created. */
export interface CacheMetrics {
  /** Reads answered without the store below, including reads of keys that are remembered as absent. */
  readonly hits: number
  readonly misses: number
  /** Values evicted for room or for age. */
  readonly evictions: number
}

/** A tiered store whose upper tier is a bounded memory store of its own. It can remember that keys are absent. */
export class CacheStore extends TieredStore {
  #negativeHits = 0
  readonly #memory: OpenStore
  readonly #evicted: { readonly count: number }
  readonly #absent: AbsentKeys | undefined

  constructor(below: OpenStore, options: CacheOptions) {
    checkOptions('open a cache', options, { negativeTtl: numberFrom(0) })
    const { negativeTtl, maxEntries = 10_000, now } = options
    const evicted = { count: 0 }
    const onEviction = () => {
      evicted.count++
    }
    const memory = new OpenStore(new MemoryStore({ ...options, maxEntries, onEviction }))
    super([memory, below], { kind: 'cache' })
    this.#memory = memory
    this.#evicted = evicted
    if (negativeTtl !== undefined) this.#absent = new AbsentKeys(negativeTtl, maxEntries, now)
  }

  get cacheMetrics(): CacheMetrics {
    const [memory] = this.metrics
    const hits = (memory?.hits ?? 0) + this.#negativeHits
    return { hits, misses: memory?.misses ?? 0, evictions: this.#evicted.count }
  }

  /** The number of values of the store below that are in memory. */
  async copies(): Promise<number> {
    return (await this.#memory.stats(Call.from({}))).entries ?? 0
  }

  /** Only the store below: the memory belongs to the cache. */
  override get children(): readonly OpenStore[] {
    return [this.last]
  }

  override rewire(children: readonly OpenStore[]): void {
    this.setTiers([this.#memory, ...children])
  }

  override read(key: Key, call: Call): Maybe<Found | undefined> {
    const absent = this.#absent
    if (absent === undefined) return super.read(key, call)
    if (this.#isAbsent(absent, key, call)) return undefined
    // No write of the key runs at the same time as this read.
    return after(super.read(key, call), found => {
      if (found === undefined) absent.add(key)
      return found
    })
  }

  override stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    const absent = this.#absent
    if (absent !== undefined && this.#isAbsent(absent, key, call)) return undefined
    return super.stream(key, call)
  }

  override write(key: Key, value: Payload, call: Call): Maybe<Written> {
    this.#absent?.forget(key)
    return super.write(key, value, call)
  }

  override move(from: Key, to: Key, call: Call): Promise<Moved> {
    this.#absent?.forget(to)
    return super.move(from, to, call)
  }

  close(): Promise<void> {
    return this.#memory.close()
  }

  #isAbsent(absent: AbsentKeys, key: Key, call: Call): boolean {
    if (call.options.fresh || !absent.has(key)) return false
    this.#negativeHits++
    return true
  }
}

/** Keys that were found to be absent recently. When there are too many, the oldest are dropped. */
class AbsentKeys {
  readonly #ttl: number
  readonly #limit: number
  readonly #now: () => number
  readonly #expiries = new Map<string, number>()

  /** @param ttl Milliseconds for which a key is remembered. */
  constructor(ttl: number, limit: number, now: () => number = () => performance.now()) {
    this.#ttl = ttl
    this.#limit = limit
    this.#now = now
  }

  has(key: Key): boolean {
    const expiry = this.#expiries.get(key.toString())
    if (expiry === undefined) return false
    if (expiry > this.#now()) return true
    this.#expiries.delete(key.toString())
    return false
  }

  add(key: Key): void {
    this.#expiries.set(key.toString(), this.#now() + this.#ttl)
    const [oldest] = this.#expiries.keys()
    if (this.#expiries.size > this.#limit && oldest !== undefined) this.#expiries.delete(oldest)
  }

  forget(key: Key): void {
    this.#expiries.delete(key.toString())
  }
}

/**
 * A bounded memory in front of a store. It evicts values to stay within its limits, serves nothing past its time to
 * live, and is updated by writes through it.
 */
export class CacheDatastore extends Datastore {
  readonly #store: CacheStore

  constructor(store: BinaryDatastore, options: CacheOptions = {}) {
    const cacheStore = new CacheStore(openStoreOf(store), options)
    super(cacheStore)
    this.#store = cacheStore
  }

  get cacheMetrics(): CacheMetrics {
    return this.#store.cacheMetrics
  }

  /** The number of values of the store below that are in memory. */
  copies(): Promise<number> {
    return this.#store.copies()
  }

  /** Counters of the memory and of the store below. */
  get metrics(): readonly Readonly<TierMetrics>[] {
    return this.#store.metrics
  }
}

/** Puts a bounded memory in front of `store`. Without limits it keeps 10,000 values. */
export function cache(store: BinaryDatastore, options?: CacheOptions): CacheDatastore {
  return new CacheDatastore(store, options)
}
