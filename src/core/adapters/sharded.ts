import { BaseDatastore } from '../base-datastore.ts'
import { ownCopy } from '../bytes.ts'
import { CallGate } from '../concurrency/call-gate.ts'
import type {
  CallOptions,
  Capabilities,
  Datastore,
  DeleteOptions,
  Entry,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  Stat,
  StoreStats,
  ValueSource,
} from '../datastore.ts'
import { DatastoreError, hasCode, throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'
import { answerOfParts, clausesAfterMerge, queryOfPart } from '../query/parts.ts'
import type { Query, QueryOptions, QueryPlan } from '../query/query.ts'
import { assertChildren, capabilitiesOfParts, closeAll, statsOfParts } from './combine.ts'
import { mergeLevel } from './merge-level.ts'
import { SHARD_FUNCTIONS, type ShardFunction, type ShardFunctionName } from './shard-function.ts'

export interface ShardedOptions {
  /** Which shard a key belongs to. Default `jump`. */
  readonly by?: ShardFunctionName | ShardFunction | undefined
  /** A name for each shard, for functions that go by name. Default: its index. */
  readonly ids?: readonly string[] | undefined
}

/** Spreads keys over `shards`. The list of shards, its order and the function are part of the data. */
export class ShardedDatastore<V> extends BaseDatastore<V> {
  readonly shards: readonly Datastore<V>[]
  readonly shardIds: readonly string[]
  readonly #by: ShardFunction
  /** Renames between shards are several calls below, so the shards alone could not keep call order. */
  readonly #gate = new CallGate()

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
    this.#by = typeof by === 'function' ? by : SHARD_FUNCTIONS[by]
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

  get(key: Key, options?: CallOptions): Promise<V> {
    return this.#gate.read('get', key, options, () => this.#shard(key).get(key, options))
  }

  getStream(key: Key, options?: RangeOptions): AsyncIterable<Uint8Array> {
    return this.#gate.readStream('get', key, options, () => this.#shard(key).getStream(key, options))
  }

  put(key: Key, value: ValueSource<V>, options?: PutOptions): Promise<PutResult> {
    // A put that has to wait must not see what the caller does to its buffer meanwhile.
    const kept = this.#gate.isIdle ? value : ownCopy(value)
    return this.#gate.read('put', key, options, () => this.#shard(key).put(key, kept, options))
  }

  delete(key: Key, options?: DeleteOptions): Promise<void> {
    return this.#gate.read('delete', key, options, () => this.#shard(key).delete(key, options))
  }

  has(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#gate.read('look up', key, options, () => this.#shard(key).has(key, options))
  }

  stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.#gate.read('stat', key, options, () => this.#shard(key).stat(key, options))
  }

  rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    return this.#gate.write('rename', [from, to], options, () => {
      const source = this.#shard(from)
      const target = this.#shard(to)
      return source === target
        ? source.rename(from, to, options)
        : moveValue(source, target, from, to, options)
    })
  }

  async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    this.#gate.assertOpen('list', prefix, options)
    return mergeLevel(this.shards, prefix, options)
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

  async stats(options?: CallOptions): Promise<StoreStats> {
    this.#gate.assertOpen('count', undefined, options)
    return statsOfParts(this.shards, options)
  }

  override async sync(prefix?: Key, options?: CallOptions): Promise<void> {
    this.#gate.assertOpen('sync', prefix, options)
    await Promise.all(this.shards.map(shard => shard.sync(prefix, options)))
  }

  close(): Promise<void> {
    return this.#gate.close(() => closeAll(this.shards))
  }

  #shard(key: Key): Datastore<V> {
    const index = this.#by(key, this.shardIds)
    const shard = this.shards[index]
    if (shard !== undefined) return shard
    throw new DatastoreError(
      'CONFIG_INVALID',
      `Cannot find the shard of ${JSON.stringify(key.toString())}: the shard function answered ${index}, ` +
        `but there are ${this.shards.length} shards`,
      { key },
    )
  }
}

/** Moves a value between stores with never fewer than one copy: copies, syncs, then deletes what was copied. */
async function moveValue<V>(
  source: Datastore<V>,
  target: Datastore<V>,
  from: Key,
  to: Key,
  options: RenameOptions,
): Promise<void> {
  const { replace, signal } = options
  for (let isDone = false, isFirst = true; !isDone; isFirst = false) {
    throwIfAborted(signal, 'rename', from)
    const { etag } = await source.stat(from, { signal })
    const value = source.capabilities.streams
      ? source.getStream(from, { signal })
      : await source.get(from, { signal })
    // A second round replaces only what the first one wrote.
    await target.put(to, value as ValueSource<V>, { replace: isFirst ? replace : true, signal })
    await target.sync(to, { signal })
    try {
      await source.delete(from, { ifMatch: etag, signal })
      isDone = true
    } catch (error) {
      // The value was changed while it was being copied: copy it again.
      if (!hasCode(error, 'CONFLICT')) throw error
    }
  }
}
