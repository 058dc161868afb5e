import { type Capabilities, Derived } from '../../capabilities.ts'
import { callListener } from '../../concurrency/emitter.ts'
import type { Change, Entry, ListPage, StoreStats, ValueVersion } from '../../datastore.ts'
import { DatastoreError, failure, isRefused } from '../../errors.ts'
import type { Key } from '../../key.ts'
import type { SearchableKeys } from '../../key-index/search/searchable-keys.ts'
import { after, type Call, type Maybe } from '../../open/call.ts'
import type { CopyPlace } from '../../open/copy-place.ts'
import { ttlOfCopy } from '../../open/move-between.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { Payload } from '../../open/payload.ts'
import type { Moved, Removed, Store, StoreInfo, Written } from '../../open/store.ts'
import type { Query, QueryPlan } from '../../query/query.ts'
import { assertChildren } from '../combine.ts'
import { TierReads } from './tier-reads.ts'
import { copyCall, deadlineAfter, type TierErrorListener, UpperTier } from './upper-tier.ts'

export interface TieredStoreOptions {
  /** The kind. Default `tiered`; another one if the tiers are part of a store of another kind. */
  readonly kind?: string | undefined
  /** Whether a put leaves copies in the upper tiers. Default true. */
  readonly copiesUp?: boolean | undefined
  readonly onTierError?: TierErrorListener | undefined
}

/**
 * Reads ask the tiers in order (see `TierReads`). A write reaches the last tier before it resolves. The last tier alone
 * checks its conditions, and answers `list`, `query`, `stats` and `stat`. The tiers above get a copy (write-through) or
 * lose theirs (write-around).
 */
export class TieredStore extends TierReads implements Store {
  info!: StoreInfo
  readonly lent = true
  readonly #options: TieredStoreOptions
  #capabilities!: Derived<Capabilities>

  /** @throws DatastoreError `CONFIG_INVALID` without tiers, or with one store as several tiers. */
  constructor(tiers: readonly OpenStore[], options: TieredStoreOptions = {}) {
    super()
    this.#options = options
    this.setTiers(tiers)
  }

  get children(): readonly OpenStore[] {
    return [...this.upper.map(tier => tier.open), this.last]
  }

  get capabilities(): Capabilities {
    return this.#capabilities.value
  }

  rewire(children: readonly OpenStore[]): void {
    this.setTiers(children)
  }

  /**
   * Replaces the tiers. The counters of a tier, and the record of copies that could not be dropped, are kept for each
   * tier that stays, even if another store represents it from now on.
   */
  protected setTiers(tiers: readonly OpenStore[]): void {
    assertChildren(tiers, 'tiered')
    // Dropping a copy from an upper tier with the same data would remove the value itself.
    if (new Set(tiers.map(tier => tier.info.id)).size < tiers.length)
      throw notOpened('a store is in the list of its tiers twice')
    const before = this.upper
    const isSameList = before.length === tiers.length - 1
    this.last = tiers.at(-1) as OpenStore
    this.upper = tiers.slice(0, -1).map((open, index) => {
      const tier = before.find(one => one.open === open) ?? this.#upperTier(open)
      const ofSameData = before.find(one => one.open.info.id === open.info.id)
      tier.inheritStaleKeys(ofSameData ?? (isSameList ? before[index] : undefined))
      return tier
    })
    this.info = { kind: this.#options.kind ?? 'tiered', id: this.last.info.id }
    this.#capabilities = new Derived(() => this.declare(tiers.map(tier => tier.capabilities)))
  }

  /** What the tiers can do together: what the last one can do, if the others support streams and ranges as well. */
  protected declare(tiers: readonly Capabilities[]): Capabilities {
    const { capabilities } = this.last
    return {
      ...capabilities,
      read: {
        ...capabilities.read,
        range: tiers.every(one => one.read.range),
        stream: tiers.every(one => one.read.stream),
      },
      write: { ...capabilities.write, stream: tiers.every(one => one.write.stream) },
      batch: 'none',
      transaction: 'none',
      persistent: tiers.some(one => one.persistent),
    }
  }

  #upperTier(open: OpenStore): UpperTier {
    const tier: UpperTier = new UpperTier(open, (error, key) =>
      callListener(this.#options.onTierError, error, key, this.upper.indexOf(tier)),
    )
    return tier
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    const blocked = this.beforeWrite(key)
    if (blocked === undefined) return this.#write(key, value, call)
    value.keepBytes()
    return blocked.then(() => this.#write(key, value, call))
  }

  #write(key: Key, value: Payload, call: Call): Maybe<Written> {
    const deadline = deadlineAfter(call.options.ttl)
    const written = this.writeLast(key, value, call)
    if (written instanceof Promise) return written.then(one => this.#copyUp(key, value, call, deadline, one))
    return this.#copyUp(key, value, call, deadline, written)
  }

  /** Writes the last tier. Persistent copies above are invalidated first, so that a crash cannot leave a stale one. */
  protected writeLast(key: Key, value: Payload, call: Call): Maybe<Written> {
    const invalidated = this.eachAbove(this.upper.length, tier => tier.invalidate(key, call.uncancelled))
    if (invalidated === undefined) return this.#writeLastNow(key, value, call)
    value.keepBytes()
    return invalidated.then(() => this.#writeLastNow(key, value, call))
  }

  /** A write that failed may have taken effect. Then the copies above are stale. */
  #writeLastNow(key: Key, value: Payload, call: Call): Maybe<Written> {
    const fail = (error: unknown): Maybe<never> => {
      if (isRefused(error)) throw error
      const dropped = this.eachAbove(this.upper.length, tier => tier.forget(key, call.uncancelled))
      return after(dropped, () => {
        throw error
      })
    }
    let written: Maybe<Written>
    try {
      written = this.last.write(key, value, call)
    } catch (error) {
      return fail(error)
    }
    return written instanceof Promise ? written.catch(fail) : written
  }

  #copyUp(
    key: Key,
    value: Payload,
    call: Call,
    deadline: number | undefined,
    written: Written,
  ): Maybe<Written> {
    if (written.refused !== undefined || this.upper.length === 0) return written
    const copy = this.#options.copiesUp === false ? undefined : copyCall(call, deadline)
    // A stream can be read only once, so each tier reads it back from the last one.
    const from = value.isStream ? this.last : value
    const pending = this.eachAbove(this.upper.length, tier =>
      copy === undefined ? tier.forget(key, call.uncancelled) : tier.write(key, from, copy),
    )
    return pending === undefined ? written : pending.then(() => written)
  }

  remove(key: Key, call: Call): Maybe<Removed> {
    const blocked = this.beforeWrite(key)
    return blocked === undefined ? this.#remove(key, call) : blocked.then(() => this.#remove(key, call))
  }

  /** Drops the copies first, so that no tier serves a value that the last one no longer has. */
  #remove(key: Key, call: Call): Maybe<Removed> {
    return after(this.dropAbove(key, call.bare), wasAbove =>
      after(this.last.remove(key, call), removed =>
        removed === 'absent' && wasAbove && call.options.ifMatch === undefined ? 'removed' : removed,
      ),
    )
  }

  /**
   * @returns Whether an upper tier had the key.
   * @throws if a tier cannot drop its copy.
   */
  protected dropAbove(key: Key, call: Call): Maybe<boolean> {
    let wasAbove = false
    const note = (was: boolean): void => {
      wasAbove ||= was
    }
    const pending = this.eachAbove(this.upper.length, tier => after(tier.drop(key, call), note))
    return pending === undefined ? wasAbove : pending.then(() => wasAbove)
  }

  async move(from: Key, to: Key, call: Call): Promise<Moved> {
    for (const key of [from, to]) await this.beforeWrite(key)
    if (from.equals(to)) return (await this.has(from, call.bare)) ? 'moved' : this.last.move(from, to, call)
    if (!(await this.last.has(from, call.bare))) return this.#moveCopy(from, to, call)
    for (const key of [from, to]) await this.dropAbove(key, call.bare)
    return this.last.move(from, to, call)
  }

  /** Moves a value that only an upper tier has: it is put into the last tier under its new key. */
  async #moveCopy(from: Key, to: Key, call: Call): Promise<Moved> {
    const found = (await this.has(from, call.bare)) ? await this.read(from, call.bare) : undefined
    if (found === undefined) return this.#moveName(from, to, call)
    await this.beforeWrite(from)
    const { replace } = call.options
    const ttl = ttlOfCopy('rename', from, found, this.last)
    if (ttl !== undefined && ttl <= 0) return 'absent'
    const written = await this.writeLast(to, Payload.kept(found.bytes), call.with({ replace, ttl }))
    if (written.refused !== undefined) return written.refused
    for (const key of [from, to]) await this.dropAbove(key, call.bare)
    return 'moved'
  }

  /** Moves a name without a value, such as a broken link. Only the last tier may know it. */
  async #moveName(from: Key, to: Key, call: Call): Promise<Moved> {
    const moved = await this.last.move(from, to, call)
    if (moved === 'moved') await this.dropAbove(to, call.uncancelled)
    return moved
  }

  list(prefix: Key, call: Call): Maybe<ListPage> {
    return this.last.list(prefix, call)
  }

  query(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> {
    return this.last.query(query, call)
  }

  explain(query: Query): QueryPlan {
    return { store: this.info.kind, native: [], scanned: [], children: [this.last.explain(query)] }
  }

  stats(call: Call): Maybe<StoreStats> {
    return this.last.stats(call)
  }

  sync(prefix: Key, call: Call): Maybe<void> {
    return this.last.sync(prefix, call)
  }

  /** Prunes the last tier, whose branches are listed. */
  prune(prefix: Key, call: Call): Maybe<void> {
    return this.last.prune(prefix, call)
  }

  keyIndex(): SearchableKeys | undefined {
    return this.last.keyIndex()
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return this.last.watch(prefix, call)
  }

  /** Those of the last tier. Copies have none of their own. */
  versions(key: Key, call: Call): Maybe<readonly ValueVersion[]> {
    return this.last.versions(key, call)
  }

  readVersion(key: Key, id: string, call: Call): Maybe<Uint8Array | undefined> {
    return this.last.readVersion(key, id, call)
  }

  /** The identity of the place in the last tier. */
  identity(key: Key, call: Call): Maybe<string> {
    return this.last.identity(key, call)
  }

  copiesOf(key: Key): readonly CopyPlace[] {
    const copies = this.upper.map(tier => ({ type: 'below', store: tier.open, key, isCopy: true }) as const)
    return [...copies, { type: 'below', store: this.last, key }]
  }

  async settle(): Promise<void> {
    await this.fillsEnded()
    await Promise.all(this.upper.map(tier => tier.dropStaleCopies()))
  }

  /** @throws DatastoreError `IO` if a tier that stays cannot drop a copy that may be stale. */
  async handOver(staying: readonly OpenStore[]): Promise<void> {
    for (const tier of this.upper) {
      const left = staying.includes(tier.open) ? await tier.dropStaleCopies() : undefined
      if (left !== undefined) throw failure('IO', 'drop a copy of', left, 'an upper tier that stays fails')
    }
  }
}

export function notOpened(state: string): DatastoreError {
  return new DatastoreError('CONFIG_INVALID', `Cannot open a tiered store: ${state}`)
}
