import { BaseDatastore } from '../../base-datastore.ts'
import { ownCopy } from '../../bytes.ts'
import { CallGate } from '../../concurrency/call-gate.ts'
import type {
  CallOptions,
  Capabilities,
  Change,
  Datastore,
  DeleteOptions,
  Entry,
  GetOptions,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  Stat,
  StoreStats,
  ValueSource,
} from '../../datastore.ts'
import { isNotFound, isRefused, NotFoundError } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { refuseContradiction } from '../../preconditions.ts'
import type { Query, QueryOptions, QueryPlan } from '../../query/query.ts'
import { assertChildren, closeAll } from '../combine.ts'
import { TierFills } from './tier-fills.ts'
import { TierReads } from './tier-reads.ts'
import { type TierErrorListener, type TierMetrics, UpperTier } from './upper-tier.ts'

/** How a tiered store writes, and whom it tells of what goes wrong in a tier. */
export interface TieredOptions {
  /** Told of failures of single tiers that a call got over. */
  readonly onTierError?: TierErrorListener | undefined
}

/**
 * Reads through `tiers` in order and keeps upper tiers warm. The last tier is the truth: writes go there first and
 * are judged by it alone, and `list`, `query`, `stats` and `stat` ask it, so that an etag from `stat` fits `ifMatch`.
 */
export class TieredDatastore<V> extends BaseDatastore<V> {
  readonly #upper: readonly UpperTier<V>[]
  readonly #last: Datastore<V>
  readonly #reads: TierReads<V>
  readonly #fills = new TierFills()
  protected readonly gate = new CallGate()

  constructor(tiers: readonly Datastore<V>[], options: TieredOptions = {}) {
    super()
    assertChildren(tiers, 'tiered')
    const report: TierErrorListener = options.onTierError ?? (() => undefined)
    this.#last = tiers.at(-1) as Datastore<V>
    this.#upper = tiers
      .slice(0, -1)
      .map((store, tier) => new UpperTier(store, (error, key) => report(error, key, tier)))
    this.#reads = new TierReads(this.#upper, this.#last, this.#fills, report)
  }

  get capabilities(): Capabilities {
    const last = this.#last.capabilities
    const isStreaming = this.#upper.every(tier => tier.store.capabilities.streams)
    return { ...last, atomicBatch: false, streams: last.streams && isStreaming }
  }

  /** What happened in each tier, first to last. */
  get metrics(): readonly Readonly<TierMetrics>[] {
    return [...this.#upper.map(tier => tier.metrics), this.#reads.lastMetrics]
  }

  get(key: Key, options: GetOptions = {}): Promise<V> {
    return this.gate.read('get', key, options, () => this.#reads.get(key, options))
  }

  getStream(key: Key, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    return this.gate.readStream('get', key, options, () => this.#reads.stream(key, options))
  }

  has(key: Key, options: CallOptions = {}): Promise<boolean> {
    return this.gate.read('look up', key, options, () => this.#reads.has(key, options))
  }

  stat(key: Key, options: CallOptions = {}): Promise<Stat> {
    return this.gate.read('stat', key, options, () => this.#reads.stat(key, options))
  }

  async put(key: Key, value: ValueSource<V>, options: PutOptions = {}): Promise<PutResult> {
    refuseContradiction(key, options)
    // The bytes are the caller's again as soon as this returns, but the tiers take them later.
    const kept = ownCopy(value)
    return this.#write('put', [key], options, async () => {
      const result = await this.#putLast(key, kept, options)
      await Promise.all(
        this.#upper.map(tier => tier.write(key, () => (isUsedUp(kept) ? this.#written(key) : kept))),
      )
      return result
    })
  }

  delete(key: Key, options: DeleteOptions = {}): Promise<void> {
    return this.#write('delete', [key], options, async () => {
      const wasAbove = await this.#dropAbove([key], options)
      try {
        await this.#last.delete(key, { ...options, missingOk: false })
      } catch (error) {
        if (!isNotFound(error) || !(wasAbove || options.missingOk === true)) throw error
      }
    })
  }

  rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    const isSame = from.equals(to)
    return this.#write('rename', isSame ? [from] : [from, to], options, async () => {
      if (isSame) {
        if (!(await this.#reads.has(from, options))) throw new NotFoundError('rename', from)
      } else if (await this.#last.has(from, options)) {
        await this.#dropAbove([from, to], options)
        await this.#last.rename(from, to, options)
      } else {
        await this.#renameCopy(from, to, options)
      }
    })
  }

  list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    return this.gate.run('list', prefix, options, () => this.#last.list(prefix, options))
  }

  override query(query: Query, options?: QueryOptions): AsyncIterable<Entry<V>> {
    return this.#last.query(query, options)
  }

  override explainQuery(query: Query): QueryPlan {
    return { store: 'tiered', native: [], scanned: [], children: [this.#last.explainQuery(query)] }
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.gate.run('count', undefined, options, () => this.#last.stats(options))
  }

  override sync(prefix?: Key, options: CallOptions = {}): Promise<void> {
    return this.gate.run('sync', prefix, options, async () => {
      await this.#last.sync(prefix, options)
    })
  }

  override watch(prefix: Key, options?: CallOptions): AsyncIterable<Change> {
    return this.#last.watch(prefix, options)
  }

  close(): Promise<void> {
    return this.gate.close(async () => {
      await this.#fills.drain()
      await closeAll([...this.#upper.map(tier => tier.store), this.#last])
    })
  }

  /** A put that failed may have happened all the same: then the copies above are old. */
  async #putLast(key: Key, value: ValueSource<V>, options: PutOptions): Promise<PutResult> {
    try {
      return await this.#last.put(key, value, options)
    } catch (error) {
      if (!isRefused(error)) await Promise.all(this.#upper.map(tier => tier.dropStale(key)))
      throw error
    }
  }

  /** Renames what only an upper tier has: the truth gets it under its new name. */
  async #renameCopy(from: Key, to: Key, options: RenameOptions): Promise<void> {
    const value = await this.#reads.get(from, options).catch((cause: unknown) => {
      throw isNotFound(cause) ? new NotFoundError('rename', from, { cause }) : cause
    })
    await this.#putLast(to, value, { replace: options.replace, signal: options.signal })
    await this.#dropAbove([from, to], options)
  }

  /** What the last tier has just taken, to be read from there. */
  #written(key: Key): ValueSource<V> | Promise<V> {
    return this.#last.capabilities.streams
      ? (this.#last.getStream(key) as unknown as ValueSource<V>)
      : this.#last.get(key)
  }

  #write<T>(action: string, keys: readonly Key[], options: CallOptions, work: () => Promise<T>): Promise<T> {
    return this.gate.write(action, keys, options, async () => {
      await this.#fills.giveWay(keys)
      return work()
    })
  }

  /** @returns Whether any upper tier had any of the keys. */
  async #dropAbove(keys: readonly Key[], options: CallOptions): Promise<boolean> {
    const drops = this.#upper.flatMap(tier => keys.map(key => tier.drop(key, { signal: options.signal })))
    return (await Promise.all(drops)).includes(true)
  }
}

/** Whether a value can be read once only, or may be of that kind: a stream of bytes. */
function isUsedUp(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false
  return Symbol.asyncIterator in value || Symbol.iterator in value
}
