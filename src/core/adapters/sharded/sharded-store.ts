import { type Capabilities, Derived, narrower, weakestOf } from '../../capabilities.ts'
import { InFlight } from '../../concurrency/in-flight.ts'
import type { Change, Entry, ListPage, Stat, StoreStats, ValueVersion } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import { listOptionsOf } from '../../list-page.ts'
import type { Call, Maybe } from '../../open/call.ts'
import type { CopyPlace } from '../../open/copy-place.ts'
import { moveAcross } from '../../open/move-between.ts'
import type { OpenStore } from '../../open/open-store.ts'
import type { Payload } from '../../open/payload.ts'
import { StoreQuerySource } from '../../open/query-source.ts'
import type { ByteStream, Found, Moved, Removed, StoreInfo, Written } from '../../open/store.ts'
import { answer } from '../../query/answer.ts'
import { continuedAnswer, type PassingAnswer } from '../../query/continued-answer.ts'
import { parseQuery } from '../../query/parse-query.ts'
import { answerOfParts, clausesAfterMerge, queryOfPart } from '../../query/parts.ts'
import { planOver } from '../../query/plan.ts'
import type { Query, QueryPlan } from '../../query/query.ts'
import { statsOfParts } from '../combine.ts'
import { mergeLevel } from '../merge-level.ts'
import { type Place, RoutedStore } from '../routed-store.ts'
import { settleKey } from './move-key.ts'
import { ShardChanges } from './shard-changes.ts'
import { type ShardList, type ShardLists, storesOf } from './shard-list.ts'

type Places = readonly [OpenStore, ...OpenStore[]]

/**
 * Keys spread over shards. While keys are being moved to where the newest list puts them, a read looks there and then
 * in the former places, and a write first moves its key home, so that no two places ever hold different values of a
 * key. Such calls have several steps, so they take turns of their own.
 */
export class ShardedStore extends RoutedStore {
  /** This store, open: its turns are those of the keys that move. */
  open!: OpenStore
  #lists: ShardLists
  #stores: readonly OpenStore[]
  readonly #writes = new InFlight()
  readonly #listings = new InFlight()
  readonly #changes: ShardChanges
  readonly #capabilities: Derived<Capabilities>

  constructor(list: ShardList) {
    super()
    this.#lists = [list]
    this.#stores = storesOf(this.#lists)
    this.#capabilities = new Derived(() => {
      const all = this.#stores.map(store => store.capabilities)
      // The caller cannot choose the shard of a key.
      return { ...weakestOf(all), limits: all.map(one => one.limits).reduce(narrower) }
    })
    this.#changes = new ShardChanges((key, call) => this.open.has(key, call))
  }

  opened(by: OpenStore): void {
    this.open = by
  }

  get info(): StoreInfo {
    return { kind: 'sharded', id: `sharded:${this.#lists.map(list => list.id).join()}` }
  }

  get capabilities(): Capabilities {
    return this.#capabilities.value
  }

  get children(): readonly OpenStore[] {
    return this.#stores
  }

  /** Replaces the stores by others with the same data. No reshard may be running. */
  rewire(children: readonly OpenStore[]): void {
    const next = new Map(this.#stores.map((store, index) => [store, children[index] ?? store]))
    const over = (list: ShardList) => list.over(list.stores.map(store => next.get(store) as OpenStore))
    const [newest, ...former] = this.#lists
    this.#lists = [over(newest), ...former.map(over)]
    this.#stores = storesOf(this.#lists)
  }

  override get order(): 'gate' | 'below' {
    return this.isSettled ? 'below' : 'gate'
  }

  get lists(): ShardLists {
    return this.#lists
  }

  /** Whether every key is in the one shard where it belongs. */
  get isSettled(): boolean {
    return this.#lists.length === 1
  }

  /** Uses these lists from now on. */
  goBy(lists: ShardLists): void {
    this.#lists = lists
    this.#stores = storesOf(lists)
    this.open.redeclare()
    this.#changes.addStores(this.#stores)
  }

  /** Resolves once every write that is running now has ended. */
  writesEnded(): Promise<void> {
    return this.#writes.ended()
  }

  /**
   * Resolves once every listing that is running now has ended, because a listing may still look for what is about to be
   * removed.
   */
  readonly listingsEnded = (): Promise<void> => this.#listings.ended()

  /** Where a key may be, its home first. A call of several steps asks once, because the lists may change in between. */
  placesOf(key: Key): Places {
    const [newest, ...former] = this.#lists
    const home = newest.storeOf(key)
    return [home, ...new Set(former.map(list => list.storeOf(key)).filter(store => store !== home))]
  }

  /** While keys move, a key may also be where a former list put it. */
  override copiesOf(key: Key): readonly CopyPlace[] {
    return this.placesOf(key).map(store => ({ type: 'below', store, key }))
  }

  override async versions(key: Key, call: Call): Promise<readonly ValueVersion[]> {
    return (await this.#holderOf(key, call)).versions(key, call)
  }

  override async readVersion(key: Key, id: string, call: Call): Promise<Uint8Array | undefined> {
    return (await this.#holderOf(key, call)).readVersion(key, id, call)
  }

  /** The store that has a key: while keys move, perhaps one of a former list. */
  async #holderOf(key: Key, call: Call): Promise<OpenStore> {
    const [home, ...former] = this.placesOf(key)
    for (const store of former.length === 0 ? [] : [home, ...former]) {
      if (await store.has(key, call.bare)) return store
    }
    return home
  }

  protected placeOf(key: Key): Place {
    return this.#lists[0].shardOf(key)
  }

  override read(key: Key, call: Call): Maybe<Found | undefined> {
    return this.isSettled
      ? super.read(key, call)
      : firstOf(this.placesOf(key), store => store.read(key, call))
  }

  override has(key: Key, call: Call): Maybe<boolean> {
    if (this.isSettled) return super.has(key, call)
    return firstOf(this.placesOf(key), async store => (await store.has(key, call)) || undefined).then(
      has => has === true,
    )
  }

  override stat(key: Key, call: Call): Maybe<Stat | undefined> {
    return this.isSettled
      ? super.stat(key, call)
      : firstOf(this.placesOf(key), store => store.stat(key, call))
  }

  override stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    return this.isSettled
      ? super.stream(key, call)
      : firstOf(this.placesOf(key), store => store.stream(key, call))
  }

  override write(key: Key, value: Payload, call: Call): Maybe<Written> {
    const written = this.isSettled ? super.write(key, value, call) : this.#writeHome(key, value, call)
    return written instanceof Promise ? this.#writes.track(written) : written
  }

  async #writeHome(key: Key, value: Payload, call: Call): Promise<Written> {
    const places = this.placesOf(key)
    const [home] = places
    if (places.length === 1) return home.write(key, value, call)
    // The caller may change the bytes once this has returned.
    value.keepBytes()
    if (!(await isVersion(key, places, call))) return { refused: 'changed' }
    const obsolete = await this.#settle(key, places, call)
    const { options } = call
    // The version with this etag is a copy by now, under another etag.
    const version =
      options.ifMatch === undefined ? undefined : await home.stat(key, call.with({ fresh: true }))
    if (options.ifMatch !== undefined && version === undefined) return { refused: 'changed' }
    const written = await home.write(key, value, call.with({ ...options, ifMatch: version?.etag }))
    if (written.refused === undefined) await drop(key, obsolete, call)
    return written
  }

  override remove(key: Key, call: Call): Maybe<Removed> {
    return this.#changes.ending(
      key,
      this.isSettled ? super.remove(key, call) : this.#removeEverywhere(key, call),
    )
  }

  async #removeEverywhere(key: Key, call: Call): Promise<Removed> {
    const places = this.placesOf(key)
    if (places.length === 1) return places[0].remove(key, call)
    const holders: OpenStore[] = []
    for (const store of places) if (await store.has(key, call.bare)) holders.push(store)
    if (holders.length === 0) return 'absent'
    if (!(await isVersion(key, places, call))) return 'changed'
    // The value that reads see is removed last, so that no older value becomes visible.
    await drop(key, holders.reverse(), call)
    return 'removed'
  }

  override move(from: Key, to: Key, call: Call): Maybe<Moved> {
    const moved = this.isSettled ? super.move(from, to, call) : this.#moveHome(from, to, call)
    return this.#changes.ending(from, moved instanceof Promise ? this.#writes.track(moved) : moved)
  }

  async #moveHome(from: Key, to: Key, call: Call): Promise<Moved> {
    const [sources, targets] = [this.placesOf(from), this.placesOf(to)]
    const [[source], [target]] = [sources, targets]
    const obsoleteFrom = await this.#settle(from, sources, call)
    const obsoleteTo = await this.#settle(to, targets, call)
    await drop(from, obsoleteFrom, call)
    const moved = await (source === target
      ? source.move(from, to, call)
      : moveAcross({ store: source, key: from, name: from }, { store: target, key: to, name: to }, call))
    if (moved === 'moved') await drop(to, obsoleteTo, call)
    return moved
  }

  /**
   * Moves a key home.
   * @returns The places that hold another value than home does. Reads do not see those values.
   */
  async #settle(key: Key, [home, ...former]: Places, call: Call): Promise<readonly OpenStore[]> {
    const obsolete: OpenStore[] = []
    for (const source of former) {
      const options = { verify: true, beforeDelete: this.listingsEnded, call: call.bare }
      if ((await settleKey({ key, source, home }, options)) === 'different') obsolete.push(source)
    }
    return obsolete
  }

  list(prefix: Key, call: Call): Promise<ListPage> {
    const sources = this.#stores.map(store => new StoreQuerySource(store))
    return this.#listings.track(mergeLevel(sources, prefix, listOptionsOf(call)))
  }

  query(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> {
    return continuedAnswer(query, rest => this.#ask(rest, call))
  }

  #ask(query: Query, call: Call): PassingAnswer<Uint8Array> {
    if (!this.isSettled) {
      // In the turn of each key, so that no key is missed while it moves between shards.
      const { signal, span } = call
      const entries = answer(new StoreQuerySource(this.open, true), parseQuery(query), { signal, span })
      return { entries, isGood: () => true }
    }
    const lists = this.#lists
    const part = queryOfPart(query)
    const parts = this.#stores.map(store => store.query(part, call.bare))
    return { entries: answerOfParts(query, parts), isGood: () => this.#lists === lists }
  }

  explain(query: Query): QueryPlan {
    const plans = this.#stores.map(store => store.explain(queryOfPart(query)))
    if (this.isSettled) {
      return { store: 'sharded', native: clausesAfterMerge(query), scanned: [], children: plans }
    }
    return planOver('sharded', query, plans)
  }

  async stats(call: Call): Promise<StoreStats> {
    const parts = this.#stores.map(store => ({ stats: async () => store.stats(call) }))
    const stats = await statsOfParts(parts)
    if (this.isSettled) return stats
    // A key that is being moved is in two places for a while.
    return { ...stats, accuracy: stats.accuracy === 'unknown' ? 'unknown' : 'approximate' }
  }

  async sync(prefix: Key, call: Call): Promise<void> {
    await Promise.all(this.#stores.map(async store => store.sync(prefix, call)))
  }

  async prune(prefix: Key, call: Call): Promise<void> {
    await Promise.all(this.#stores.map(async store => store.prune(prefix, call)))
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return this.#changes.watch(prefix, () => this.#stores, call)
  }
}

/** The first result that is not `undefined`. */
async function firstOf<T>(
  places: Places,
  read: (store: OpenStore) => Maybe<T | undefined>,
): Promise<T | undefined> {
  for (const store of places) {
    const found = await read(store)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether the key has the version that the call requires, if it requires one. */
async function isVersion(key: Key, places: Places, call: Call): Promise<boolean> {
  const { ifMatch } = call.options
  if (ifMatch === undefined) return true
  const fresh = call.with({ fresh: true })
  return (await firstOf(places, store => store.stat(key, fresh)))?.etag === ifMatch
}

async function drop(key: Key, stores: readonly OpenStore[], call: Call): Promise<void> {
  for (const store of stores) await store.remove(key, call.uncancelled)
}
