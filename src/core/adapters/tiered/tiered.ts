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
import { DatastoreError, NotFoundError } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { refuseContradiction } from '../../preconditions.ts'
import type { Query, QueryOptions, QueryPlan } from '../../query/query.ts'
import { tell } from '../../tell.ts'
import { assertChildren, closeAll } from '../combine.ts'
import { WriteBackMode } from './back/write-back-mode.ts'
import type { UnflushedState, WriteBackOptions } from './back/write-back-options.ts'
import { DirectMode } from './direct-mode.ts'
import { TierFills } from './tier-fills.ts'
import type { TierMode, Tiers, WriteMode } from './tier-mode.ts'
import { TierReads } from './tier-reads.ts'
import { type TierErrorListener, type TierMetrics, UpperTier } from './upper-tier.ts'

/** How a tiered store writes, and whom it tells of what goes wrong in a tier. */
export interface TieredOptions extends WriteBackOptions {
  /**
   * `write-through` (default): a put reaches the last tier, then the others. `write-around`: a put reaches the last tier
   * alone, and reads fill the others. `write-back`: a put is acknowledged by the first tier and reaches the others in
   * the background; see `WriteBackOptions`. With one tier all modes are the same.
   */
  readonly mode?: WriteMode | undefined
  /** Told of failures of single tiers that a call got over. */
  readonly onTierError?: TierErrorListener | undefined
}

const MODES: readonly WriteMode[] = ['write-through', 'write-around', 'write-back']

/**
 * Reads through `tiers` in order and keeps upper tiers warm. The last tier is the truth: writes are judged by it alone,
 * and `list`, `query`, `stats` and `stat` ask it, so that an etag from `stat` fits `ifMatch`. What it has yet to be told
 * of in the mode `write-back` is seen by every call as if it were there.
 *
 * An upper tier that outlives the process, such as a folder, loses its copy of a key before the last tier is written, and
 * gets the new one after, so that no crash leaves an old copy in it. Two things it cannot have: a copy that it failed to
 * drop is not served while this store is open, which is known in memory only; and as the first tier of `write-back` it
 * may hold, after a crash, writes that never reached the last tier. Where either may be, empty it before it is opened
 * again, or read with `fresh`.
 */
export class TieredDatastore<V> extends BaseDatastore<V> {
  readonly #tiers: Tiers<V>
  readonly #mode: TierMode<V>
  readonly #back: WriteBackMode<V> | undefined
  protected readonly gate = new CallGate()

  /**
   * @throws DatastoreError `CONFIG_INVALID` without tiers, with one store as several, for a mode that there is not, or
   * for a bound that is no number from 1 up.
   */
  constructor(tiers: readonly Datastore<V>[], options: TieredOptions = {}) {
    super()
    assertChildren(tiers, 'tiered')
    // A copy that is dropped from such an upper tier would be the value itself.
    if (new Set(tiers).size < tiers.length) throw notOpened('a store is in the list of its tiers twice')
    const report: TierErrorListener = (error, key, tier) => tell(options.onTierError, error, key, tier)
    const last = tiers.at(-1) as Datastore<V>
    const upper = tiers
      .slice(0, -1)
      .map((store, tier) => new UpperTier(store, (error, key) => report(error, key, tier)))
    const fills = new TierFills()
    this.#tiers = { upper, last, fills, reads: new TierReads(upper, last, fills, report) }
    const { mode = 'write-through' } = options
    if (!MODES.includes(mode)) throw notOpened(`there is no mode ${JSON.stringify(mode)}`)
    const [first, ...rest] = upper
    if (mode === 'write-back' && first !== undefined) {
      this.#back = new WriteBackMode(this.#tiers, first, rest, options)
    }
    this.#mode = this.#back ?? new DirectMode(this.#tiers, mode !== 'write-around')
  }

  get capabilities(): Capabilities {
    const { upper, last } = this.#tiers
    const below = last.capabilities
    const above = upper.map(tier => tier.store.capabilities)
    return {
      ...below,
      batch: 'none',
      read: { ...below.read, stream: [below, ...above].every(one => one.read.stream) },
      write: { ...below.write, stream: [below, ...above].every(one => one.write.stream) },
      persistent: below.persistent || above.some(one => one.persistent),
    }
  }

  /** What happened in each tier, first to last. */
  get metrics(): readonly Readonly<TierMetrics>[] {
    return [...this.#tiers.upper.map(tier => tier.metrics), this.#tiers.reads.lastMetrics]
  }

  /** What is acknowledged and has not reached the last tier; nothing, except in the mode `write-back`. */
  get unflushed(): UnflushedState {
    return this.#back?.unflushed ?? { entries: 0, bytes: 0, failures: 0 }
  }

  get(key: Key, options: GetOptions = {}): Promise<V> {
    return this.gate.read('get', key, options, () => this.#mode.get(key, options))
  }

  getStream(key: Key, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    return this.gate.readStream('get', key, options, () => this.#mode.stream(key, options))
  }

  has(key: Key, options: CallOptions = {}): Promise<boolean> {
    return this.gate.read('look up', key, options, () => this.#mode.has(key, options))
  }

  stat(key: Key, options: CallOptions = {}): Promise<Stat> {
    return this.gate.read('stat', key, options, () => this.#mode.stat(key, options))
  }

  async put(key: Key, value: ValueSource<V>, options: PutOptions = {}): Promise<PutResult> {
    refuseContradiction(options)
    // The bytes are the caller's again as soon as this returns, but the tiers take them later.
    const kept = ownCopy(value)
    return this.#write('put', [key], options, () => this.#mode.put(key, kept, options))
  }

  delete(key: Key, options: DeleteOptions = {}): Promise<void> {
    return this.#write('delete', [key], options, () => this.#mode.delete(key, options))
  }

  rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    const isSame = from.equals(to)
    return this.#write('rename', isSame ? [from] : [from, to], options, async () => {
      if (!isSame) await this.#mode.rename(from, to, options)
      else if (!(await this.#mode.has(from, options))) throw new NotFoundError('rename', from)
    })
  }

  list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    return this.gate.run('list', prefix, options, () => this.#mode.list(prefix, options))
  }

  override query(query: Query, options?: QueryOptions): AsyncIterable<Entry<V>> {
    return this.#mode.query(query, options)
  }

  override explainQuery(query: Query): QueryPlan {
    return this.#mode.explainQuery(query)
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.gate.run('count', undefined, options, () => this.#mode.stats(options))
  }

  override sync(prefix?: Key, options: CallOptions = {}): Promise<void> {
    return this.gate.run('sync', prefix, options, () => this.#mode.sync(prefix, options))
  }

  override watch(prefix: Key, options?: CallOptions): AsyncIterable<Change> {
    return this.#mode.watch(prefix, options)
  }

  close(): Promise<void> {
    return this.gate.close(async () => {
      try {
        await this.#mode.finish()
      } finally {
        await closeAll([...this.#tiers.upper.map(tier => tier.store), this.#tiers.last])
      }
    })
  }

  #write<T>(action: string, keys: readonly Key[], options: CallOptions, work: () => Promise<T>): Promise<T> {
    return this.gate.write(action, keys, options, async () => {
      await this.#tiers.fills.giveWay(keys)
      return work()
    })
  }
}

function notOpened(state: string): DatastoreError {
  return new DatastoreError('CONFIG_INVALID', `Cannot open a tiered store: ${state}`)
}
