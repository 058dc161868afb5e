import type { Key } from '../../key.ts'
import { keysOfShard } from './keys-of-shard.ts'
import { idIn, type ShardList, storesOf } from './shard-list.ts'

/** A key that would change place. */
export interface PlannedMove {
  readonly key: Key
  /** The id of the shard that has it now, in the list in force. */
  readonly from: string
  /** The id of the shard that it would belong to, in the new list. */
  readonly to: string
  /** Bytes of the value, where listing learns it for nothing. */
  readonly size?: number | undefined
}

/** What was met so far; complete once the plan was read to its end. */
export interface PlanCounts {
  /** Keys looked at, those that stay included. */
  readonly keys: number
  readonly moves: number
  /** Bytes of the values that would move, as far as they are known. */
  readonly bytes: number
  /** The same for each pair of shards that keys would move between. */
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

/** The keys that a reshard would move, found as they are read. Nothing is changed. */
export class ReshardPlan<V> implements AsyncIterable<PlannedMove> {
  readonly #current: readonly ShardList<V>[]
  readonly #target: ShardList<V>
  readonly #signal: AbortSignal | undefined
  #keys = 0
  #pairs = new Map<string, Pair>()

  constructor(current: readonly ShardList<V>[], target: ShardList<V>, signal: AbortSignal | undefined) {
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
