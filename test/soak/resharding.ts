import type { ShardedDatastore } from '../../src/core/adapters/sharded/sharded.ts'
import type { BinaryDatastore } from '../../src/core/datastore.ts'
import { DatastoreError, type ErrorCode } from '../../src/core/errors.ts'
import type { Random } from './random.ts'

/** A sharded node of an open stack whose list of shards can be changed. */
export class Reshardable {
  readonly #store: ShardedDatastore
  /** The shards that its document names. */
  readonly #shards: readonly BinaryDatastore[]
  readonly #ids: readonly string[]

  constructor(store: ShardedDatastore) {
    this.#store = store
    this.#shards = store.shards
    this.#ids = store.shardIds
  }

  /** Every key is on its shard. */
  get isSettled(): boolean {
    return this.#store.isSettled
  }

  /**
   * Moves the keys to a random list of the same shards, in another order, or to fewer of them.
   * @returns The code of the failure, if it failed.
   */
  begin(random: Random, signal: AbortSignal | undefined): Promise<ErrorCode | undefined> {
    const order = this.#shards.map((_, index) => ({ index, place: random.next() }))
    order.sort((a, b) => a.place - b.place)
    const kept = order.slice(0, 1 + random.below(order.length)).map(({ index }) => index)
    return this.#moveTo(kept, random.chance(0.7), signal)
  }

  /** Returns to the list of the document, because another process would look for keys by that one. */
  restore(): Promise<ErrorCode | undefined> {
    return this.#moveTo([...this.#shards.keys()], true, undefined)
  }

  async #moveTo(
    kept: readonly number[],
    verify: boolean,
    signal: AbortSignal | undefined,
  ): Promise<ErrorCode | undefined> {
    const shards = kept.flatMap(index => this.#shards[index] ?? [])
    const ids = kept.flatMap(index => this.#ids[index] ?? [])
    try {
      await this.#store.reshard(shards, { ids, verify, signal, concurrency: 4 })
      return undefined
    } catch (error) {
      if (error instanceof DatastoreError) return error.code
      throw error
    }
  }
}
