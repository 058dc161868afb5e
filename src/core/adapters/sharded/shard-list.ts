import type { Child } from '../../datastore.ts'
import { DatastoreError, failure, isAborted, reason, reasonOf } from '../../errors.ts'
import { Key } from '../../key.ts'
import { walkValues } from '../../list-page.ts'
import { idOfObject } from '../../open/identity.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { StoreQuerySource } from '../../open/query-source.ts'
import { assertChildren } from '../combine.ts'
import type { Place } from '../routed-store.ts'
import { type ShardFunction, type ShardFunctionChoice, shardFunctionOf } from './shard-function.ts'

/** How the shard of a key is found. This is part of the data: with other options, keys are looked for elsewhere. */
export interface ShardedOptions {
  /** Which shard a key belongs to. Default `jump`. */
  readonly by?: ShardFunctionChoice | undefined
  /** A name for each shard, for functions that use names. Default: its index. */
  readonly ids?: readonly string[] | undefined
}

/** One shard. It uses the caller's keys. */
class Shard implements Place {
  readonly store: OpenStore

  constructor(store: OpenStore) {
    this.store = store
  }

  below(key: Key): Key {
    return key
  }

  nameOf(below: Key): Key {
    return below
  }
}

/** Shards in their order, and the function that says where a key belongs. */
export class ShardList {
  readonly stores: readonly OpenStore[]
  readonly ids: readonly string[]
  readonly by: ShardFunctionChoice
  readonly #function: ShardFunction
  readonly #shards: readonly Shard[]

  /** @throws DatastoreError `CONFIG_INVALID` without shards, for two with the same id, or for an unknown function. */
  constructor(stores: readonly OpenStore[], { by = 'jump', ids }: ShardedOptions) {
    assertChildren(stores, 'sharded')
    this.stores = [...stores]
    this.#shards = stores.map(store => new Shard(store))
    this.ids = ids === undefined ? stores.map((_, index) => String(index)) : [...ids]
    if (this.ids.length !== stores.length || new Set(this.ids).size !== stores.length) {
      throw new DatastoreError(
        'CONFIG_INVALID',
        'Cannot open a sharded store: it needs one id of its own per shard',
      )
    }
    this.by = by
    this.#function = shardFunctionOf(by)
  }

  /** Identifies the data: the same shards with the same ids, in the same order, under the same function. */
  get id(): string {
    const by = typeof this.by === 'string' ? this.by : idOfObject('function', this.by)
    return JSON.stringify([by, this.ids, this.stores.map(store => store.info.id)])
  }

  /** @throws DatastoreError `CONFIG_INVALID` if the shard function does not return an index. */
  shardOf(key: Key): Shard {
    const index = this.#function(key, this.ids)
    const shard = this.#shards[index]
    if (shard !== undefined) return shard
    const state = `the shard function answered ${index}, but there are ${this.stores.length} shards`
    throw failure('CONFIG_INVALID', 'find the shard of', key, state)
  }

  storeOf(key: Key): OpenStore {
    return this.shardOf(key).store
  }

  idOf(store: OpenStore): string | undefined {
    return this.ids[this.stores.indexOf(store)]
  }

  storeWithId(id: string): OpenStore | undefined {
    return this.stores[this.ids.indexOf(id)]
  }

  /** The same list over other stores that show the same data. */
  over(stores: readonly OpenStore[]): ShardList {
    return new ShardList(stores, { by: this.by, ids: this.ids })
  }

  /** Whether both lists put every key in the same place. */
  equals(other: ShardList): boolean {
    return (
      this.by === other.by &&
      this.stores.length === other.stores.length &&
      this.stores.every((store, index) => store === other.stores[index]) &&
      this.ids.every((id, index) => id === other.ids[index])
    )
  }
}

/** The current list, and former ones whose shards may still hold keys, newest first. */
export type ShardLists = readonly [ShardList, ...(readonly ShardList[])]

/** Every store of the lists, once. */
export function storesOf(lists: readonly ShardList[]): readonly OpenStore[] {
  return [...new Set(lists.flatMap(list => list.stores))]
}

/** The id of a shard in the first list that has it. */
export function idIn(lists: readonly ShardList[], store: OpenStore): string {
  return lists.map(list => list.idOf(store)).find(id => id !== undefined) ?? '?'
}

/** Every value in one shard, whether it belongs there or not. A failure names the shard. */
export async function* keysOfShard(
  lists: readonly ShardList[],
  store: OpenStore,
  action: string,
  signal: AbortSignal | undefined,
): AsyncIterable<Child> {
  try {
    yield* walkValues(new StoreQuerySource(store), Key.root, { signal })
  } catch (error) {
    if (isAborted(error) || !(error instanceof DatastoreError)) throw error
    const shard = JSON.stringify(idIn(lists, store))
    const state = reason`shard ${shard} could not be read: ${reasonOf(error)}`
    throw failure(error.code, action, error.key, state, error)
  }
}
