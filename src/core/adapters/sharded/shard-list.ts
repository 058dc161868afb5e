import type { Datastore } from '../../datastore.ts'
import { DatastoreError, failure } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { assertChildren } from '../combine.ts'
import { type ShardFunction, type ShardFunctionChoice, shardFunctionOf } from './shard-function.ts'

/** How keys find their shard. All of it is part of the data: opened with other options, keys are looked for elsewhere. */
export interface ShardedOptions {
  /** Which shard a key belongs to. Default `jump`. */
  readonly by?: ShardFunctionChoice | undefined
  /** A name for each shard, for functions that go by name. Default: its index. */
  readonly ids?: readonly string[] | undefined
}

/** Shards in their order, and the function that tells where a key belongs. */
export class ShardList<V> {
  readonly stores: readonly Datastore<V>[]
  readonly ids: readonly string[]
  readonly by: ShardFunction

  /** @throws DatastoreError `CONFIG_INVALID` for no shard, for two of one id, or for no such function. */
  constructor(stores: readonly Datastore<V>[], { by = 'jump', ids }: ShardedOptions) {
    assertChildren(stores, 'sharded')
    this.stores = [...stores]
    this.ids = ids === undefined ? stores.map((_, index) => String(index)) : [...ids]
    if (this.ids.length !== stores.length || new Set(this.ids).size !== stores.length) {
      throw new DatastoreError(
        'CONFIG_INVALID',
        'Cannot open a sharded store: it needs one id of its own per shard',
      )
    }
    this.by = shardFunctionOf(by)
  }

  /** @throws DatastoreError `CONFIG_INVALID` when the shard function answers anything but an index. */
  storeOf(key: Key): Datastore<V> {
    const index = this.by(key, this.ids)
    const store = this.stores[index]
    if (store !== undefined) return store
    const state = `the shard function answered ${index}, but there are ${this.stores.length} shards`
    throw failure('CONFIG_INVALID', 'find the shard of', key, state)
  }

  idOf(store: Datastore<V>): string | undefined {
    return this.ids[this.stores.indexOf(store)]
  }

  storeWithId(id: string): Datastore<V> | undefined {
    return this.stores[this.ids.indexOf(id)]
  }

  /** Whether it puts every key where the other one puts it. */
  equals(other: ShardList<V>): boolean {
    return (
      this.by === other.by &&
      this.stores.length === other.stores.length &&
      this.stores.every((store, index) => store === other.stores[index]) &&
      this.ids.every((id, index) => id === other.ids[index])
    )
  }
}

/** The list in force, and the ones before it whose shards may still hold keys, newest first. */
export type ShardLists<V> = readonly [ShardList<V>, ...(readonly ShardList<V>[])]

/** Every store of the lists, once. */
export function storesOf<V>(lists: readonly ShardList<V>[]): readonly Datastore<V>[] {
  return [...new Set(lists.flatMap(list => list.stores))]
}

/** What a shard is called in the newest list that has it. */
export function idIn<V>(lists: readonly ShardList<V>[], store: Datastore<V>): string {
  return lists.map(list => list.idOf(store)).find(id => id !== undefined) ?? '?'
}
