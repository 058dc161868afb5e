import type {
  BinaryDatastore,
  GetOptions,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  ValueSource,
} from '../datastore.ts'
import { isNotFound, NotFoundError } from '../errors.ts'
import type { Key } from '../key.ts'
import { checkOptions, numberFrom } from '../options.ts'
import { MemoryDatastore } from '../stores/memory.ts'
import type { RetentionOptions } from '../stores/retention/retention.ts'
import { AbsentKeys } from './absent-keys.ts'
import { TieredDatastore } from './tiered/tiered.ts'

/** The bounds of a cache; with none given it holds 10,000 entries. */
export interface CacheOptions extends RetentionOptions {
  /** Milliseconds for which a key that was not found is taken to be absent. Default: such answers are not kept. */
  readonly negativeTtl?: number | undefined
}

/** What a cache saved its store, counted since it was made. */
export interface CacheMetrics {
  /** Reads answered without the store below; "there is none" counts too. */
  readonly hits: number
  readonly misses: number
  /** Values given up for room or for age. */
  readonly evictions: number
}

/**
 * A bounded memory in front of a store: a tiered store whose upper tier gives up what it has no room for. Nothing is
 * served past its time, and writes through it keep it true.
 */
export class CacheDatastore extends TieredDatastore<Uint8Array> {
  readonly #absent: AbsentKeys | undefined
  readonly #evicted: { count: number }
  #negativeHits = 0

  constructor(store: BinaryDatastore, options: CacheOptions = {}) {
    checkOptions('open a cache', options, { negativeTtl: numberFrom(0) })
    const evicted = { count: 0 }
    const { negativeTtl, maxEntries = 10_000, now } = options
    super([new MemoryDatastore({ ...options, maxEntries, onEviction: () => evicted.count++ }), store])
    this.#evicted = evicted
    if (negativeTtl !== undefined) this.#absent = new AbsentKeys(negativeTtl, maxEntries, now)
  }

  get cacheMetrics(): CacheMetrics {
    const [memory] = this.metrics
    const hits = (memory?.hits ?? 0) + this.#negativeHits
    return { hits, misses: memory?.misses ?? 0, evictions: this.#evicted.count }
  }

  override async get(key: Key, options?: GetOptions): Promise<Uint8Array> {
    this.#refuseAbsent('get', key, options)
    return this.#noting(key, () => super.get(key, options))
  }

  override async *getStream(key: Key, options?: RangeOptions): AsyncIterable<Uint8Array> {
    this.#refuseAbsent('get', key, options)
    yield* super.getStream(key, options)
  }

  override put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    return this.#forgetting([key], () => super.put(key, value, options))
  }

  override rename(from: Key, to: Key, options?: RenameOptions): Promise<void> {
    return this.#forgetting([to], () => super.rename(from, to, options))
  }

  #refuseAbsent(action: string, key: Key, options: GetOptions | undefined): void {
    this.gate.assertOpen(action, key, options)
    if (options?.fresh === true || this.#absent?.has(key) !== true) return
    this.#negativeHits++
    throw new NotFoundError(action, key)
  }

  /** Remembers that a key was absent, unless it was written while that was found out. */
  async #noting<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const moment = this.#absent?.moment()
    try {
      return await work()
    } catch (error) {
      if (moment !== undefined && isNotFound(error)) this.#absent?.add(key, moment)
      throw error
    }
  }

  /** A write is forgotten about before and after: a read in between may have found the key absent still. */
  async #forgetting<T>(keys: readonly Key[], work: () => Promise<T>): Promise<T> {
    for (const key of keys) this.#absent?.forget(key)
    try {
      return await work()
    } finally {
      for (const key of keys) this.#absent?.forget(key)
    }
  }
}

/** Puts a bounded memory in front of `store`. Without limits it keeps 10,000 values. */
export function cache(store: BinaryDatastore, options?: CacheOptions): CacheDatastore {
  return new CacheDatastore(store, options)
}
