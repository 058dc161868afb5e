import { BaseDatastore } from '../../base-datastore.ts'
import { ownCopy } from '../../bytes.ts'
import { contextOf, spanOf } from '../../call-context.ts'
import { weakestOf } from '../../capabilities.ts'
import { beginStream } from '../../concurrency/begin-stream.ts'
import type { InFlight } from '../../concurrency/in-flight.ts'
import type {
  CallOptions,
  Capabilities,
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
import { isNotFound, NotFoundError } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { checkPreconditions, refuseContradiction } from '../../preconditions.ts'
import { closeAll, statsOfParts } from '../combine.ts'
import { mergeLevel } from '../merge-level.ts'
import { moveValue } from '../move-value.ts'
import { statIfAny } from './key-move.ts'
import { type SettleOptions, settleKey } from './settle-key.ts'
import type { ShardEtags } from './shard-etags.ts'
import { type ShardLists, storesOf } from './shard-list.ts'

/**
 * Shards whose keys are on their way to where the newest list puts them. Reads look there and then at the places
 * before; a write first brings the key home, so that no two places ever hold different values of it. Whoever calls
 * holds the turn of the keys: the calls are made of several.
 */
export class MovingShards<V> extends BaseDatastore<V> {
  readonly lists: ShardLists<V>
  readonly stores: readonly Datastore<V>[]
  readonly #etags: ShardEtags<V>
  readonly #settling: SettleOptions

  /** @param listings The lists that are being read: nothing is deleted that one of them may still look for. */
  constructor(lists: ShardLists<V>, etags: ShardEtags<V>, listings: InFlight) {
    super()
    this.lists = lists
    this.stores = storesOf(lists)
    this.#etags = etags
    this.#settling = { verify: true, beforeDelete: () => listings.ended() }
  }

  get capabilities(): Capabilities {
    return weakestOf(this.stores.map(store => store.capabilities))
  }

  /** Where a key may be: first where it belongs. */
  placesOf(key: Key): readonly [Datastore<V>, ...Datastore<V>[]] {
    const [newest, ...former] = this.lists
    const home = newest.storeOf(key)
    return [home, ...new Set(former.map(list => list.storeOf(key)).filter(store => store !== home))]
  }

  get(key: Key, options?: GetOptions): Promise<V> {
    return this.#firstOf('get', key, store => store.get(key, options))
  }

  async *getStream(key: Key, options?: RangeOptions): AsyncIterable<Uint8Array> {
    yield* await this.#firstOf('get', key, store => beginStream(store.getStream(key, options)))
  }

  async has(key: Key, options?: CallOptions): Promise<boolean> {
    for (const store of this.placesOf(key)) if (await store.has(key, options)) return true
    return false
  }

  stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.#firstOf('stat', key, async store => this.#told(key, store, await store.stat(key, options)))
  }

  async put(key: Key, value: ValueSource<V>, options: PutOptions = {}): Promise<PutResult> {
    refuseContradiction(options)
    const [home, ...former] = this.placesOf(key)
    if (former.length === 0) {
      const inner = this.#etags.inner('put', key, home, options)
      return { etag: this.#etags.outer(key, home, (await home.put(key, value, inner)).etag) }
    }
    // The bytes are the caller's again as soon as this returns.
    const kept = ownCopy(value)
    const { ifMatch, ...others } = options
    if (ifMatch !== undefined)
      checkPreconditions('put', key, await this.#versionOf(key, options), { ifMatch })
    const obsolete = await this.#settle(key, options)
    // The version that was asked for is a copy by now, under another etag.
    const version = ifMatch === undefined ? undefined : await home.stat(key, contextOf(options))
    const result = await home.put(key, kept, { ...others, ifMatch: version?.etag })
    await drop(key, obsolete, options)
    return { etag: this.#etags.outer(key, home, result.etag) }
  }

  async delete(key: Key, options: DeleteOptions = {}): Promise<void> {
    const { ifMatch, missingOk } = options
    const [home, ...former] = this.placesOf(key)
    if (former.length === 0) return home.delete(key, this.#etags.inner('delete', key, home, options))
    if (ifMatch !== undefined)
      checkPreconditions('delete', key, await this.#versionOf(key, options), { ifMatch })
    const holders: Datastore<V>[] = []
    for (const store of [home, ...former]) if (await store.has(key, contextOf(options))) holders.push(store)
    if (holders.length === 0 && missingOk !== true) throw new NotFoundError('delete', key)
    // What reads see goes last, so that nothing older comes to light.
    await drop(key, holders.reverse(), options)
  }

  async rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    if (from.equals(to)) {
      if (!(await this.has(from, options))) throw new NotFoundError('rename', from)
      return
    }
    const obsoleteFrom = await this.#settle(from, options)
    const obsoleteTo = await this.#settle(to, options)
    const [source, target] = [this.placesOf(from)[0], this.placesOf(to)[0]]
    await drop(from, obsoleteFrom, options)
    if (source === target) await source.rename(from, to, options)
    else await moveValue({ store: source, key: from }, { store: target, key: to }, options)
    await drop(to, obsoleteTo, options)
  }

  list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return mergeLevel(this.stores, prefix, options)
  }

  async stats(options?: CallOptions): Promise<StoreStats> {
    const stats = await statsOfParts(this.stores, options)
    if (this.lists.length === 1) return stats
    // A key that is being moved is in two places for a while.
    return { ...stats, accuracy: stats.accuracy === 'unknown' ? 'unknown' : 'approximate' }
  }

  /** Entries of the shards, under the etags that the caller knows. */
  async *told(entries: AsyncIterable<Entry<V>>): AsyncIterable<Entry<V>> {
    for await (const entry of entries) {
      const { key, stat } = entry
      yield stat === undefined ? entry : { ...entry, stat: this.#told(key, this.placesOf(key)[0], stat) }
    }
  }

  close(): Promise<void> {
    return closeAll(this.stores)
  }

  /** Brings a key home. @returns The places that hold another value than home does, which nobody sees. */
  async #settle(key: Key, options: CallOptions): Promise<readonly Datastore<V>[]> {
    const [home, ...former] = this.placesOf(key)
    const obsolete: Datastore<V>[] = []
    for (const source of former) {
      const outcome = await settleKey({ key, source, home }, { ...this.#settling, ...contextOf(options) })
      if (outcome === 'different') obsolete.push(source)
    }
    return obsolete
  }

  async #versionOf(key: Key, options: CallOptions): Promise<Stat | undefined> {
    for (const store of this.placesOf(key)) {
      const held = await statIfAny(store, key, contextOf(options))
      if (held !== undefined) return this.#told(key, store, held)
    }
    return undefined
  }

  /** What a shard says of a value, under the etag that the caller knows it by. */
  #told(key: Key, store: Datastore<V>, stat: Stat): Stat {
    return { ...stat, etag: this.#etags.outer(key, store, stat.etag) }
  }

  async #firstOf<T>(action: string, key: Key, read: (store: Datastore<V>) => Promise<T>): Promise<T> {
    let absence: unknown
    for (const store of this.placesOf(key)) {
      try {
        return await read(store)
      } catch (error) {
        if (!isNotFound(error)) throw error
        absence ??= error
      }
    }
    throw new NotFoundError(action, key, { cause: absence })
  }
}

async function drop<V>(key: Key, stores: readonly Datastore<V>[], options: CallOptions): Promise<void> {
  for (const store of stores) await store.delete(key, { ...spanOf(options), missingOk: true })
}
