import type { Capabilities } from '../capabilities.ts'
import type { Change, Entry, ListPage, Stat, StoreStats, ValueVersion } from '../datastore.ts'
import type { Key } from '../key.ts'
import type { SearchableKeys } from '../key-index/search/searchable-keys.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import type { Call, Maybe } from './call.ts'
import type { CopyPlace } from './copy-place.ts'
import type { OpenStore } from './open-store.ts'
import type { Payload } from './payload.ts'
import type { Gate } from './turns.ts'

/** Describes a store, for people and for comparison. */
export interface StoreInfo {
  /** `memory`, `fs`, `tiered` … */
  readonly kind: string
  /** Identifies the data: two stores have the same id if and only if they hold the same data. */
  readonly id: string
}

/** One version of a value, as a read returns it. */
export interface Found {
  readonly bytes: Uint8Array
  /** Whether others hold these bytes, so that they must not be changed. If false, they belong to the receiver. */
  readonly shared: boolean
  readonly etag: string
  /** Milliseconds since 1970, as the times below. */
  readonly mtime?: number | undefined
  readonly btime?: number | undefined
  readonly expires?: number | undefined
  /** As in `Stat`. */
  readonly expiresHere?: boolean | undefined
}

/** Why a conditional write did nothing. */
export type Refused = 'absent' | 'exists' | 'changed'
/** The result of a write: the etag of the new version, or why it did nothing. */
export type Written =
  | { readonly etag: string; readonly refused?: undefined }
  | { readonly refused: Refused; readonly etag?: undefined }
/** The result of a remove. */
export type Removed = 'removed' | 'absent' | 'changed'
/** The result of a move. */
export type Moved = 'moved' | Refused

/** A branch that was set aside under this name. No key leads to it. */
export interface SetAside {
  readonly aside: string
}
/** Where a branch is: below a key, or set aside. */
export type BranchPlace = Key | SetAside
/**
 * The result of moving a branch. `exists`: something is at the new place. `unsupported`: the store cannot move this
 * branch in one step, and did nothing.
 */
export type BranchMoved = 'moved' | 'absent' | 'exists' | 'unsupported'

/** A branch as a folder on a disk. */
export interface BranchFolder {
  readonly path: string
  /** Stores with the same form can read each other's folders. */
  readonly form: string
}

/** A value in chunks, which belong to the receiver. Single use. A consumer that stops early must call `return`. */
export type ByteStream = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** One operation of a batch. */
export type Operation =
  | { readonly type: 'put'; readonly key: Key; readonly bytes: Uint8Array }
  | { readonly type: 'delete'; readonly key: Key }

/** A store that reads and writes inside a transaction, until the transaction is committed or rolled back. */
export interface StoreTransaction {
  readonly store: Store
  /** @returns False if another writer changed what was read: nothing was written. */
  readonly commit: () => Maybe<boolean>
  readonly rollback: () => Maybe<void>
}

/**
 * What a backend or an adapter implements: four required calls, and each optional call that it can make better than
 * `OpenStore` completes it. Values are bytes. Absence and refusal are answers; only real failures are thrown. A call
 * on a key is made after the earlier calls on the same key have ended, so a store needs no locks of its own.
 */
export interface Store {
  readonly info: StoreInfo
  /** Constant while the store is open, except where `OpenStore.refresh` is called. */
  readonly capabilities: Capabilities
  /**
   * `gate` (default): calls on one key are made one at a time. `below`: each call on one key is exactly one call on one
   * child, made before it returns, so that the child keeps the order.
   */
  readonly order?: 'gate' | 'below' | undefined
  /**
   * Whether `write` reads the bytes of the payload only before it returns. Default false: the bytes are kept before
   * `write` is called.
   */
  readonly lent?: boolean | undefined
  /** A gate that stores over the same data share. Default: each `OpenStore` has its own. */
  readonly gate?: Gate | undefined
  /** The stores below. They are closed with this one. */
  readonly children?: readonly OpenStore[] | undefined

  /** `undefined` where the key is absent. */
  read(key: Key, call: Call): Maybe<Found | undefined>
  write(key: Key, value: Payload, call: Call): Maybe<Written>
  remove(key: Key, call: Call): Maybe<Removed>
  /** One page of one level. `call.options.limit` is always set. */
  list(prefix: Key, call: Call): Maybe<ListPage>

  /** Default: made of `stat`. */
  has?(key: Key, call: Call): Maybe<boolean>
  /** Default: made of `read`. */
  stat?(key: Key, call: Call): Maybe<Stat | undefined>
  /**
   * The version is fixed once this has answered. `start` and `end` must be obeyed if `read.range` is declared, and by
   * every store that has children. Default: made of `read`.
   */
  stream?(key: Key, call: Call): Maybe<ByteStream | undefined>
  /**
   * Default: a copy, then a remove. The two keys differ, except in an adapter: it passes the call on, because the store
   * below may have a name without a value there, such as a broken link.
   */
  move?(from: Key, to: Key, call: Call): Maybe<Moved>
  /** Removes from the list the operations that it has applied, at the latest when it fails. Default: one by one. */
  batch?(operations: Operation[], call: Call): Maybe<void>
  /** Default: transactions are `UNSUPPORTED`. */
  begin?(call: Call): Maybe<StoreTransaction>
  /** Default, and if it returns `undefined`: the query engine, by scanning. */
  query?(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> | undefined
  /**
   * The versions of a value that the store keeps, the latest first, including the current one; at most
   * `call.options.limit`, which is always set. Called where `capabilities.history` is declared. Default: none.
   */
  versions?(key: Key, call: Call): Maybe<readonly ValueVersion[]>
  /**
   * The bytes of a version, which belong to the receiver; `undefined` if the store does not keep the version, or the
   * version is a deletion. Default: no version is kept.
   */
  readVersion?(key: Key, id: string, call: Call): Maybe<Uint8Array | undefined>
  /** Default: follows `capabilities.query`. */
  explain?(query: Query): QueryPlan
  /** Default: counted by walking. */
  stats?(call: Call): Maybe<StoreStats>
  sync?(prefix: Key, call: Call): Maybe<void>
  /** Removes branches at and below `prefix` that exist without a key. Default: does nothing, because there are none. */
  prune?(prefix: Key, call: Call): Maybe<void>
  /**
   * Moves everything below one place to below another in one step; the value of the key itself stays. Calls on keys of
   * the branch that run at the same time take effect before or after it. Default: `unsupported`.
   */
  moveBranch?(from: BranchPlace, to: BranchPlace, call: Call): Maybe<BranchMoved>
  /** Permanently removes what was set aside, if it exists. Default: does nothing. */
  discardBranch?(place: SetAside, call: Call): Maybe<void>
  /** The folder that holds a branch, or would hold it. Default: none. */
  branchFolder?(place: BranchPlace, call: Call): Maybe<BranchFolder | undefined>
  /** Changes from the first pull on. Default: changes made through this `OpenStore`. */
  watch?(prefix: Key, call: Call): AsyncIterable<Change>
  /**
   * Identifies the place where a key's value lives: the same text for every store that shares it. Default: `info.id`
   * and the key.
   */
  identity?(key: Key, call: Call): Maybe<string>
  /**
   * The path of the file that holds exactly the bytes of a value, whether or not the file exists. With it, code that
   * reads many values needs no turns. The store follows no links on this path, so such code must refuse them too.
   * Default, and if it returns `undefined`: values are read with `read`.
   */
  fileOf?(key: Key): string | undefined
  /**
   * All keys, in an index that the store keeps for its own use. Default, and if it returns `undefined`: code that
   * searches the keys has to list them.
   */
  keyIndex?(): SearchableKeys | undefined
  /**
   * The places where the value of a key may be, in the order in which a read asks them. Reads no value, changes nothing
   * and counts no use. Every store with children must implement it. Default: this store keeps its values itself.
   */
  copiesOf?(key: Key, call: Call): Maybe<readonly CopyPlace[]>
  /** As `read`, without counting as a use of the value. Default: `read`, for stores in which a read has no effect. */
  peek?(key: Key, call: Call): Maybe<Found | undefined>

  /**
   * Called when this store is opened, and when it replaces another store.
   * @param by The open store of this store, for calls that the store makes in turns of its own.
   */
  opened?(by: OpenStore): void
  /** Completes background work: flushes, fills. May be called at any time. */
  settle?(): Promise<void>
  /**
   * Called after `settle`, when this store is removed and some of its children stay. Makes the children usable without
   * state that only this store has.
   * @throws DatastoreError if that fails.
   */
  handOver?(staying: readonly OpenStore[]): Promise<void>
  /** The same adapter over other children, for a transaction or a changed stack. */
  over?(children: readonly OpenStore[]): Store
  /** Replaces the children in place, for an adapter with state. */
  rewire?(children: readonly OpenStore[]): void
  /** Frees the store's own resources. The open store closes the children. */
  close?(): Promise<void>
}

/** Whether two stores hold the same data. */
export function sameData(a: { readonly info: StoreInfo }, b: { readonly info: StoreInfo }): boolean {
  return a.info.id === b.info.id
}
