import { mergeChanges } from '../../changes/merge-changes.ts'
import type {
  CallOptions,
  Capabilities,
  Change,
  Datastore,
  Entry,
  ListOptions,
  ListPage,
  StoreStats,
} from '../../datastore.ts'
import { DatastoreError } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { answerOfParts, clausesAfterMerge, queryOfPart } from '../../query/parts.ts'
import type { Query, QueryOptions, QueryPlan } from '../../query/query.ts'
import { assertChildren, capabilitiesOfParts, closeAll, statsOfParts } from '../combine.ts'
import { mergeLevel } from '../merge-level.ts'
import { type Route, RoutedDatastore } from '../routed.ts'
import { type ShardFunction, type ShardFunctionChoice, shardFunctionOf } from './shard-function.ts'

/** How keys find their shard. All of it is part of the data: opened with other options, keys are looked for elsewhere. */
export interface ShardedOptions {
  /** Which shard a key belongs to. Default `jump`. */
  readonly by?: ShardFunctionChoice | undefined
  /** A name for each shard, for functions that go by name. Default: its index. */
  readonly ids?: readonly string[] | undefined
}

/** Spreads keys over `shards`. The list of shards, its order and the function are part of the data. */
export class ShardedDatastore<V> extends RoutedDatastore<V> {
  readonly shards: readonly Datastore<V>[]
  readonly shardIds: readonly string[]
  readonly #by: ShardFunction

  constructor(shards: readonly Datastore<V>[], { by = 'jump', ids }: ShardedOptions = {}) {
    super()
    assertChildren(shards, 'sharded')
    this.shards = [...shards]
    this.shardIds = ids ?? shards.map((_, index) => String(index))
    if (new Set(this.shardIds).size !== shards.length) {
      throw new DatastoreError(
        'CONFIG_INVALID',
        'Cannot open a sharded store: it needs one id of its own per shard',
      )
    }
    this.#by = shardFunctionOf(by)
  }

  get capabilities(): Capabilities {
    return capabilitiesOfParts(this.shards)
  }

  /**
   * The index of the shard that `key` belongs to.
   * @throws DatastoreError `CONFIG_INVALID` when the shard function answers anything but an index.
   */
  shardIndex(key: Key): number {
    return this.#by(key, this.shardIds)
  }

  list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.gate.run('list', prefix, options, () => mergeLevel(this.shards, prefix, options))
  }

  override query(query: Query, options?: QueryOptions): AsyncIterable<Entry<V>> {
    const part = queryOfPart(query)
    const answers = [...new Set(this.shards)].map(shard => shard.query(part, options))
    return answerOfParts(query, answers)
  }

  override explainQuery(query: Query): QueryPlan {
    const part = queryOfPart(query)
    const children = [...new Set(this.shards)].map(shard => shard.explainQuery(part))
    return { store: 'sharded', native: clausesAfterMerge(query), scanned: [], children }
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.gate.run('count', undefined, options, () => statsOfParts(this.shards, options))
  }

  override sync(prefix?: Key, options?: CallOptions): Promise<void> {
    return this.gate.run('sync', prefix, options, async () => {
      await Promise.all(this.shards.map(shard => shard.sync(prefix, options)))
    })
  }

  override watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    const shards = [...new Set(this.shards)]
    return mergeChanges(
      prefix,
      shards.map(shard => signal => shard.watch(prefix, { signal })),
      options,
    )
  }

  close(): Promise<void> {
    return this.gate.close(() => closeAll(this.shards))
  }

  protected override route(_action: string, key: Key): Route<V> {
    const index = this.#by(key, this.shardIds)
    const store = this.shards[index]
    if (store !== undefined) return { store, key, restore }
    throw new DatastoreError(
      'CONFIG_INVALID',
      `Cannot find the shard of ${JSON.stringify(key.toString())}: the shard function answered ${index}, ` +
        `but there are ${this.shards.length} shards`,
      { key },
    )
  }
}

/** Keys are called the same in every shard. */
function restore(key: Key): Key {
  return key
}
