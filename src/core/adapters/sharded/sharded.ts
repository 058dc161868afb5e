import type { CallOptions } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { Call } from '../../open/call.ts'
import { commonCodecOf, Datastore, openStoreOf } from '../../open/datastore.ts'
import type { OpenStore } from '../../open/open-store.ts'
import type { Serializer } from '../../serializers/serializer.ts'
import {
  findMisplaced,
  type MisplacedKey,
  type RepairOptions,
  ReshardPlan,
  repairMisplaced,
} from './misplaced-keys.ts'
import {
  KeyMover,
  type MoveOptions,
  type PlanOptions,
  type ReshardOptions,
  type ReshardResult,
} from './reshard.ts'
import { type ShardedOptions, ShardList } from './shard-list.ts'
import { ShardedStore } from './sharded-store.ts'

/** Spreads keys over `shards`. The list of shards, its order and the function are part of the data. */
export class ShardedDatastore<V = Uint8Array> extends Datastore<V> {
  readonly #store: ShardedStore
  readonly #codec: Serializer<V> | undefined
  /** The datastores that the caller passed, by their open stores. */
  readonly #given = new Map<OpenStore, Datastore<V>>()
  #isResharding = false

  /** @throws DatastoreError `CONFIG_INVALID` for an invalid list, or shards that encode their values differently. */
  constructor(shards: readonly Datastore<V>[], options: ShardedOptions = {}) {
    const store = new ShardedStore(new ShardList(shards.map(openStoreOf), options))
    const codec = commonCodecOf(shards)
    super(store, codec)
    this.#codec = codec
    this.#store = store
    this.#learn(shards)
  }

  /** The shards that keys are put into, in their order. */
  get shards(): readonly Datastore<V>[] {
    return this.#asGiven(this.#list.stores)
  }

  get shardIds(): readonly string[] {
    return this.#list.ids
  }

  /** Whether a reshard is running. */
  get isResharding(): boolean {
    return this.#isResharding
  }

  /**
   * Whether every key is in the one shard where it belongs: false from the start of a reshard until one has succeeded.
   */
  get isSettled(): boolean {
    return this.#store.isSettled
  }

  get #list(): ShardList {
    return this.#store.lists[0]
  }

  /**
   * The index of the shard that `key` belongs to.
   * @throws DatastoreError `CONFIG_INVALID` if the shard function does not return an index.
   */
  shardIndex(key: Key): number {
    return this.#list.stores.indexOf(this.#list.storeOf(key))
  }

  /**
   * The keys that `reshard` would move, and their number. Nothing is changed.
   * @throws DatastoreError `CONFIG_INVALID`
   */
  plan(shards: readonly Datastore<V>[], options: PlanOptions = {}): ReshardPlan {
    return new ReshardPlan(this.#store.lists, this.#listOf(shards, options), options.signal)
  }

  /**
   * Moves every key to where a new list of shards puts it, and uses that list from then on. Shards may be added,
   * removed or reordered, and the function may change. Each key is copied, synced, read back and compared, and only
   * then removed from its old place. The store can be used in the meantime: from the moment of this call, reads look in
   * the new place and then in the old one, a write first moves its key, and `list` shows each key once.
   *
   * No state of the reshard is stored. When it fails, is aborted or killed, calling it again with the same lists
   * resumes it. A new process opens the store with the old list and calls this before anything else, so that keys that
   * were already moved are found. A moved key has a new etag, and the times of its copy.
   *
   * Shards that are no longer in the list are returned, still open. A store that was opened twice is refused.
   * @throws DatastoreError `CONFIG_INVALID` for an invalid list; `CONFLICT` while another reshard runs, or if two
   * shards hold different values of a key (`verify` lists such keys, `repair` resolves them); and the failures of a
   * shard. The error names key and shards. `AbortError` when the signal fires.
   */
  async reshard(shards: readonly Datastore<V>[], options: ReshardOptions = {}): Promise<ReshardResult<V>> {
    const target = () => {
      const list = this.#listOf(shards, options)
      this.#learn(shards)
      return list
    }
    return this.#moveTo(target, options)
  }

  /**
   * Resumes a reshard that failed or was aborted, with the list that it was given. Does nothing if every key is where
   * it belongs.
   * @throws DatastoreError as `reshard` does.
   */
  async resume(options: MoveOptions = {}): Promise<ReshardResult<V>> {
    if (this.isSettled) return { examined: 0, moved: 0, bytes: 0, removed: [] }
    return this.#moveTo(() => this.#list, options)
  }

  async #moveTo(target: () => ShardList, options: MoveOptions): Promise<ReshardResult<V>> {
    this.#store.open.assertOpen('reshard', undefined, Call.from({ signal: options.signal }))
    const mover = new KeyMover(this.#store, options)
    if (this.#isResharding) throw failure('CONFLICT', 'reshard', undefined, 'another reshard is running')
    const list = target()
    this.#isResharding = true
    try {
      const { removed, ...counts } = await mover.run(list)
      return { ...counts, removed: this.#asGiven(removed) }
    } finally {
      this.#isResharding = false
    }
  }

  /** The keys that a shard holds although the function puts them elsewhere. Each is checked when it is found. */
  verify(options: CallOptions = {}): AsyncIterable<MisplacedKey> {
    return findMisplaced(this.#store, options)
  }

  /**
   * Moves a key that `verify` found to where it belongs. Of two equal copies one is removed.
   * @throws DatastoreError `CONFLICT` for two different values, unless `keep` says which one is kept.
   */
  repair(misplaced: MisplacedKey, options: RepairOptions = {}): Promise<void> {
    return repairMisplaced(this.#store, misplaced, options)
  }

  #listOf(shards: readonly Datastore<V>[], { by = this.#list.by, ids }: ShardedOptions): ShardList {
    commonCodecOf([this, ...shards])
    return new ShardList(shards.map(openStoreOf), { by, ids })
  }

  #learn(shards: readonly Datastore<V>[]): void {
    for (const shard of shards) this.#given.set(openStoreOf(shard), shard)
  }

  #asGiven(stores: readonly OpenStore[]): readonly Datastore<V>[] {
    return stores.map(store => this.#given.get(store) ?? new Datastore(store, this.#codec))
  }
}
