import { orAbort } from '../../concurrency/abortable.ts'
import { InFlight } from '../../concurrency/in-flight.ts'
import type {
  CallOptions,
  Capabilities,
  Change,
  Datastore,
  DeleteOptions,
  Entry,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RenameOptions,
  StoreStats,
  ValueSource,
} from '../../datastore.ts'
import { AbortError, failure, isAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { continuedAnswer, type PassingAnswer } from '../../query/continued-answer.ts'
import { parseQuery } from '../../query/parse-query.ts'
import { answerOfParts, clausesAfterMerge, queryOfPart } from '../../query/parts.ts'
import { clausesOf, scannedIn } from '../../query/plan.ts'
import type { Query, QueryOptions, QueryPlan } from '../../query/query.ts'
import { answerByScan } from '../../query/scan.ts'
import { type Route, RoutedDatastore } from '../routed.ts'
import { KeyMover } from './key-mover.ts'
import { type MisplacedKey, MisplacedKeys, type RepairOptions } from './misplaced-keys.ts'
import { MovingShards } from './moving-shards.ts'
import { moveOptions, type PlanOptions, type ReshardOptions, type ReshardResult } from './reshard-options.ts'
import { ReshardPlan } from './reshard-plan.ts'
import { ShardChanges } from './shard-changes.ts'
import { ShardEtags } from './shard-etags.ts'
import { type ShardedOptions, ShardList, type ShardLists } from './shard-list.ts'

/** Spreads keys over `shards`. The list of shards, its order and the function are part of the data. */
export class ShardedDatastore<V> extends RoutedDatastore<V> {
  #shards: MovingShards<V>
  /** The one list there is, while no keys are moving. */
  #settled: ShardList<V> | undefined
  #isResharding = false
  #wasResharded = false
  readonly #etags: ShardEtags<V>
  readonly #writes = new InFlight()
  readonly #listings = new InFlight()
  readonly #changes = new ShardChanges<V>((key, options) => this.has(key, options))

  constructor(shards: readonly Datastore<V>[], options: ShardedOptions = {}) {
    super()
    const list = new ShardList(shards, options)
    this.#etags = new ShardEtags(list)
    this.#shards = new MovingShards([list], this.#etags, this.#listings)
    this.#settled = list
  }

  get capabilities(): Capabilities {
    return this.#shards.capabilities
  }

  /** The shards that keys are put into, in their order. */
  get shards(): readonly Datastore<V>[] {
    return this.#list.stores
  }

  get shardIds(): readonly string[] {
    return this.#list.ids
  }

  /** Whether every key is looked for in one shard only: false from the start of a reshard until one has ended well. */
  get isSettled(): boolean {
    return this.#settled !== undefined
  }

  get #list(): ShardList<V> {
    return this.#shards.lists[0]
  }

  /**
   * The index of the shard that `key` belongs to.
   * @throws DatastoreError `CONFIG_INVALID` when the shard function answers anything but an index.
   */
  shardIndex(key: Key): number {
    return this.shards.indexOf(this.#list.storeOf(key))
  }

  override put(key: Key, value: ValueSource<V>, options?: PutOptions): Promise<PutResult> {
    return this.#writes.track(super.put(key, value, options))
  }

  override rename(from: Key, to: Key, options?: RenameOptions): Promise<void> {
    return this.#writes.track(this.#changes.ending(from, super.rename(from, to, options)))
  }

  override delete(key: Key, options?: DeleteOptions): Promise<void> {
    return this.#changes.ending(key, super.delete(key, options))
  }

  list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.#listings.track(
      this.gate.run('list', prefix, options, () => this.#shards.list(prefix, options)),
    )
  }

  override query(query: Query, options: QueryOptions = {}): AsyncIterable<Entry<V>> {
    parseQuery(query)
    return continuedAnswer(query, rest => this.#ask(rest, options))
  }

  override explainQuery(query: Query): QueryPlan {
    const plans = this.#shards.stores.map(store => store.explainQuery(queryOfPart(query)))
    if (this.isSettled) {
      return { store: 'sharded', native: clausesAfterMerge(query), scanned: [], children: plans }
    }
    const left = new Set(plans.flatMap(scannedIn))
    const clauses = clausesOf(query)
    return {
      store: 'sharded',
      native: clauses.filter(clause => !left.has(clause)),
      scanned: clauses.filter(clause => left.has(clause)),
    }
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.gate.run('count', undefined, options, () => this.#shards.stats(options))
  }

  override sync(prefix?: Key, options?: CallOptions): Promise<void> {
    return this.gate.run('sync', prefix, options, async () => {
      await Promise.all(this.#shards.stores.map(shard => shard.sync(prefix, options)))
    })
  }

  override watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    return this.#changes.watch(prefix, () => this.#shards.stores, options)
  }

  /** Also ends a reshard that is running, which rejects with `CLOSED` and can be resumed. */
  close(): Promise<void> {
    return this.gate.close(() => this.#shards.close())
  }

  /**
   * The keys that `reshard` would move, and how many there are. Nothing is changed.
   * @throws DatastoreError `CONFIG_INVALID`
   */
  plan(shards: readonly Datastore<V>[], options: PlanOptions = {}): ReshardPlan<V> {
    return new ReshardPlan(this.#shards.lists, this.#listOf(shards, options), options.signal)
  }

  /**
   * Moves every key to where a new list of shards puts it, and goes by that list from then on. Any change will do: shards
   * added, removed, in another order, another function. Each key is copied, synced, read back and compared, and only then
   * deleted where it was. The store may be used meanwhile: from the moment of this call reads look in the new place and
   * then in the old one, a write first takes its key along, and `list` shows each key once.
   *
   * Nothing is written down about it. When it fails, is aborted or killed, calling it again with the same lists goes on
   * where it stopped; a new process opens the store with the old list and calls this before anything else, so that
   * keys which were moved already are found. A moved key has a new etag, and the times of its copy.
   *
   * Shards that are no longer in the list are handed back, open. A store that was opened twice is refused.
   * @throws DatastoreError `CONFIG_INVALID` for a list that is none; `CONFLICT` while another reshard runs, or when two
   * shards hold different values of a key (`verify` lists such keys, `repair` mends them); what a shard fails with.
   * The error names key and shards. `AbortError` when the signal fires.
   */
  async reshard(shards: readonly Datastore<V>[], options: ReshardOptions = {}): Promise<ReshardResult<V>> {
    const { signal } = options
    this.gate.assertOpen('reshard', undefined, options)
    const settings = moveOptions(options)
    if (this.#isResharding) throw failure('CONFLICT', 'reshard', undefined, 'another reshard is running')
    const target = this.#listOf(shards, options)
    const moving = this.#goBy([target, ...this.#shards.lists.filter(list => !list.equals(target))])
    this.#isResharding = true
    this.#wasResharded = true
    try {
      // Puts that began before may still bring keys into places that are about to be emptied.
      await orAbort(this.#writes.ended(), signal, 'reshard')
      const mover = new KeyMover(moving, this.gate, settings, this.#listed)
      const counts = await mover.run()
      this.#goBy([target])
      return { ...counts, removed: moving.stores.filter(store => !target.stores.includes(store)) }
    } catch (error) {
      throw isAborted(error) ? new AbortError('reshard', { cause: signal?.reason ?? error }) : error
    } finally {
      this.#isResharding = false
    }
  }

  /** The keys that a shard holds where the function does not put them. Each is judged as it is met. */
  verify(options: CallOptions = {}): AsyncIterable<MisplacedKey> {
    return new MisplacedKeys(this.#shards, this.gate, this.#listed).find(options)
  }

  /**
   * Brings a key that `verify` found to where it belongs; of two copies one goes.
   * @throws DatastoreError `CONFLICT` for two different values, unless told which one stays.
   */
  repair(misplaced: MisplacedKey, options: RepairOptions = {}): Promise<void> {
    return new MisplacedKeys(this.#shards, this.gate, this.#listed).repair(misplaced, options)
  }

  protected override route(_action: string, key: Key): Route<V> {
    const home = this.#settled?.storeOf(key)
    const isPlain = home !== undefined && (!this.#wasResharded || this.#etags.arePlain(key, home))
    return { store: isPlain ? home : this.#shards, key, restore }
  }

  /** While keys move, a call is several below, so the stores below alone could not keep call order. */
  protected override inTurn<T>(
    action: string,
    key: Key,
    options: CallOptions | undefined,
    isWrite: boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    if (this.#settled !== undefined) return super.inTurn(action, key, options, isWrite, work)
    return isWrite
      ? this.gate.write(action, [key], options, work)
      : this.gate.read(action, key, options, work)
  }

  readonly #listed = (): Promise<void> => this.#listings.ended()

  #listOf(shards: readonly Datastore<V>[], { by = this.#list.by, ids }: ShardedOptions): ShardList<V> {
    return new ShardList(shards, { by, ids })
  }

  #goBy(lists: ShardLists<V>): MovingShards<V> {
    this.#shards = new MovingShards(lists, this.#etags, this.#listings)
    this.#settled = lists.length === 1 ? lists[0] : undefined
    this.#changes.goOnWith(this.#shards.stores)
    return this.#shards
  }

  #ask(query: Query, options: QueryOptions): PassingAnswer<V> {
    const shards = this.#shards
    if (!this.isSettled) return { entries: answerByScan(this, query, options), isGood: () => true }
    const part = queryOfPart(query)
    const entries = answerOfParts(
      query,
      shards.stores.map(store => store.query(part, options)),
    )
    const isGood = () => this.#shards === shards
    return { entries: this.#wasResharded ? shards.told(entries) : entries, isGood }
  }
}

/** Keys are called the same in every shard. */
function restore(key: Key): Key {
  return key
}
