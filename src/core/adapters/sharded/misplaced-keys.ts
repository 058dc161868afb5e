import type { CallOptions } from '../../datastore.ts'
import { failure, NotFoundError } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { Call } from '../../open/call.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { compareHome, type KeyMove, settleKey } from './move-key.ts'
import { idIn, keysOfShard, type ShardList, storesOf } from './shard-list.ts'
import type { ShardedStore } from './sharded-store.ts'

/** A key that would move. */
export interface PlannedMove {
  readonly key: Key
  /** The id of the shard that has it now, in the current list. */
  readonly from: string
  /** The id of the shard that it would belong to, in the new list. */
  readonly to: string
  /** Bytes of the value, where listing reports them at no extra cost. */
  readonly size?: number | undefined
}

/** Counts of what was read so far. They are complete once the plan was read to its end. */
export interface PlanCounts {
  /** Keys examined, including those that stay. */
  readonly keys: number
  readonly moves: number
  /** Bytes of the values that would move, as far as they are known. */
  readonly bytes: number
  /** The same for each pair of shards between which keys would move. */
  readonly pairs: readonly {
    readonly from: string
    readonly to: string
    readonly moves: number
    readonly bytes: number
  }[]
}

interface Pair {
  readonly from: string
  readonly to: string
  moves: number
  bytes: number
}

/** The keys that a reshard would move, found while the plan is read. Nothing is changed. */
export class ReshardPlan implements AsyncIterable<PlannedMove> {
  readonly #current: readonly ShardList[]
  readonly #target: ShardList
  readonly #signal: AbortSignal | undefined
  #keys = 0
  #pairs = new Map<string, Pair>()

  constructor(current: readonly ShardList[], target: ShardList, signal: AbortSignal | undefined) {
    this.#current = current
    this.#target = target
    this.#signal = signal
  }

  get counts(): PlanCounts {
    const pairs = [...this.#pairs.values()].map(pair => ({ ...pair }))
    const moves = pairs.reduce((sum, pair) => sum + pair.moves, 0)
    const bytes = pairs.reduce((sum, pair) => sum + pair.bytes, 0)
    return { keys: this.#keys, moves, bytes, pairs }
  }

  /** Reads the whole plan. */
  async count(): Promise<PlanCounts> {
    const moves = this[Symbol.asyncIterator]()
    while ((await moves.next()).done !== true);
    return this.counts
  }

  /** Reads the plan, from its start. */
  async *[Symbol.asyncIterator](): AsyncGenerator<PlannedMove, void> {
    this.#keys = 0
    this.#pairs = new Map()
    const lists = [...this.#current, this.#target]
    for (const store of storesOf(lists)) {
      for await (const { key, size } of keysOfShard(lists, store, 'plan', this.#signal)) {
        this.#keys++
        const home = this.#target.storeOf(key)
        if (home === store) continue
        const move = { key, from: idIn(lists, store), to: idIn([this.#target], home) }
        this.#add(move, size ?? 0)
        yield { ...move, size }
      }
    }
  }

  #add({ from, to }: PlannedMove, size: number): void {
    const name = JSON.stringify([from, to])
    const pair = this.#pairs.get(name) ?? { from, to, moves: 0, bytes: 0 }
    pair.moves++
    pair.bytes += size
    this.#pairs.set(name, pair)
  }
}

/** A key in a shard where the shard function does not put it. */
export interface MisplacedKey {
  readonly key: Key
  /** The id of the shard that has it. */
  readonly shard: string
  /** The id of the shard where it belongs, and where reads look for it. */
  readonly home: string
  /** What the home shard has: nothing, so that the key cannot be read; a copy of the same value; or another value. */
  readonly atHome: 'absent' | 'same' | 'different'
}

/** How a misplaced key is moved home. */
export interface RepairOptions extends CallOptions {
  /** Which of two different values is kept: the one at home or the misplaced one. */
  readonly keep?: 'home' | 'misplaced' | undefined
}

/** The keys of a sharded store that are not where they belong. */
export async function* findMisplaced(
  store: ShardedStore,
  { signal }: CallOptions,
): AsyncIterable<MisplacedKey> {
  const call = Call.from({ signal })
  const { lists } = store
  for (const source of store.children) {
    for await (const { key } of keysOfShard(lists, source, 'verify', signal)) {
      const [home] = store.placesOf(key)
      if (home === source) continue
      const atHome = await store.open.turn('verify', [key], call, () =>
        compareHome({ key, source, home }, undefined, call),
      )
      // It may have been moved since it was found.
      if (atHome === undefined || !(await source.has(key, call))) continue
      yield { key, shard: idIn(lists, source), home: idIn(lists, home), atHome }
    }
  }
}

/**
 * Moves a misplaced key home.
 * @throws DatastoreError `CONFLICT` for two different values, unless `keep` says which one is kept.
 */
export async function repairMisplaced(
  store: ShardedStore,
  { key, shard, home: homeId }: MisplacedKey,
  { keep, signal }: RepairOptions,
): Promise<void> {
  const call = Call.from({ signal })
  const source = store.lists.map(list => list.storeWithId(shard)).find(each => each !== undefined)
  const [home] = store.placesOf(key)
  if (source === undefined || source === home) {
    const state = source === undefined ? 'there is no such shard' : 'it is where the key belongs'
    throw failure('CONFIG_INVALID', 'repair', key, `shard ${JSON.stringify(shard)}: ${state}`)
  }
  const move: KeyMove = { key, source, home }
  const settle = () => settleKey(move, { verify: true, beforeDelete: store.listingsEnded, call })
  await store.open.turn('repair', [key], call, async () => {
    if ((await settle()) === 'settled') return
    if (keep === undefined) {
      const state = `shards ${JSON.stringify(shard)} and ${JSON.stringify(homeId)} hold different values of it`
      throw failure('CONFLICT', 'repair', key, state)
    }
    await dropOne(key, keep === 'home' ? source : home, keep === 'home' ? home : source, call)
    if (keep === 'misplaced') await settle()
  })
}

/** Removes one of two values, after checking the other one again. */
async function dropOne(key: Key, dropped: OpenStore, kept: OpenStore, call: Call): Promise<void> {
  if (!(await kept.has(key, call))) throw new NotFoundError('repair', key)
  await dropped.remove(key, call.uncancelled)
}
