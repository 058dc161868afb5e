import type { Capabilities } from '../capabilities.ts'
import type { Change, Entry, ListPage, Stat, StoreStats } from '../datastore.ts'
import type { Key } from '../key.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import type { Call, Maybe } from './call.ts'
import type { Gate } from './gate.ts'
import type { OpenStore } from './open-store.ts'
import type { Payload } from './payload.ts'

/** What a store is, for people and for comparison. */
export interface StoreInfo {
  /** `memory`, `fs`, `tiered` … */
  readonly kind: string
  /** Names the data: two stores over the same data have the same id, others never. */
  readonly id: string
}

/** One version of a value, as a read finds it. */
export interface Found {
  readonly bytes: Uint8Array
  /** Whether others hold these bytes: then nobody writes to them. Where false, they belong to the receiver. */
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
/** What a write came to: the etag of the version that it made, and nothing else; or why it did nothing. */
export type Written =
  | { readonly etag: string; readonly refused?: undefined }
  | { readonly refused: Refused; readonly etag?: undefined }
/** What a remove came to. */
export type Removed = 'removed' | 'absent' | 'changed'
/** What a move came to. */
export type Moved = 'moved' | Refused

/** A value in pieces, which belong to the receiver. Single use; whoever stops early calls `return`. */
export type ByteStream = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** One operation of a batch. */
export type Operation =
  | { readonly type: 'put'; readonly key: Key; readonly bytes: Uint8Array }
  | { readonly type: 'delete'; readonly key: Key }

/** A store that reads and writes inside a transaction, until it is committed or rolled back. */
export interface StoreTransaction {
  readonly store: Store
  /** @returns False where another writer changed what was read: nothing was written. */
  readonly commit: () => Maybe<boolean>
  readonly rollback: () => Maybe<void>
}

/**
 * What a backend or an adapter implements: four calls, and as many of the optional ones as it does better than
 * `OpenStore` completes them. Values are bytes. Absence and refusal are answers; only real failures are thrown. A call
 * is made on a key once those before it on the same key have ended, so a store needs no locks of its own.
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
  /** `write` reads the payload's bytes only before it returns. Default false: they are kept before it is called. */
  readonly lent?: boolean | undefined
  /** A gate that stores over the same data share. Default: one for each `OpenStore`. */
  readonly gate?: Gate | undefined
  /** The stores below. They are closed with this one. */
  readonly children?: readonly OpenStore[] | undefined

  /** `undefined` where the key is absent. */
  read(key: Key, call: Call): Maybe<Found | undefined>
  write(key: Key, value: Payload, call: Call): Maybe<Written>
  remove(key: Key, call: Call): Maybe<Removed>
  /** One page of one level. `call.options.limit` is always set. */
  list(prefix: Key, call: Call): Maybe<ListPage>

  /** Else: from `stat`. */
  has?(key: Key, call: Call): Maybe<boolean>
  /** Else: from `read`. */
  stat?(key: Key, call: Call): Maybe<Stat | undefined>
  /**
   * The version is fixed once this has answered. `start` and `end` are obeyed where `read.range` is declared, and by every
   * store that has children. Else: pieces of `read`.
   */
  stream?(key: Key, call: Call): Maybe<ByteStream | undefined>
  /** Else: a copy, then a remove. The keys differ, except in a store over others: below, a link is a name without a value. */
  move?(from: Key, to: Key, call: Call): Maybe<Moved>
  /** Removes from the list what it has applied, at the latest where it fails. Else: one after another. */
  batch?(operations: Operation[], call: Call): Maybe<void>
  /** Else: transactions are `UNSUPPORTED`. */
  begin?(call: Call): Maybe<StoreTransaction>
  /** Else, and where it gives `undefined`: the query engine, by scanning. */
  query?(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> | undefined
  /** Else: by `capabilities.query`. */
  explain?(query: Query): QueryPlan
  /** Else: by walking. */
  stats?(call: Call): Maybe<StoreStats>
  sync?(prefix: Key, call: Call): Maybe<void>
  /** Removes branches at and below `prefix` that are there without a key. Else: nothing, as there are none. */
  prune?(prefix: Key, call: Call): Maybe<void>
  /** Changes from the first pull on. Else: what passes this `OpenStore`. */
  watch?(prefix: Key, call: Call): AsyncIterable<Change>
  /** Names the place where a key's value lives, alike for every store that shares it. Else: `info.id` and the key. */
  identity?(key: Key, call: Call): Maybe<string>

  /** Tells the store by what it is open, for turns of its own: as it opens, and when it takes the place of another. */
  opened?(by: OpenStore): void
  /** Completes background work: flushes, fills. May be called at any time. */
  settle?(): Promise<void>
  /**
   * Called after `settle`, when this store goes and these of its children stay: what it alone knows of them goes too.
   * @throws DatastoreError where they cannot be used without that.
   */
  handOver?(staying: readonly OpenStore[]): Promise<void>
  /** The same adapter over other children, for a transaction or a changed stack. */
  over?(children: readonly OpenStore[]): Store
  /** Takes other children in place, for an adapter with state. */
  rewire?(children: readonly OpenStore[]): void
  /** Frees what this store holds itself. Its children are closed by whoever opened them. */
  close?(): Promise<void>
}

/** Whether two stores hold the same data. */
export function sameData(a: { readonly info: StoreInfo }, b: { readonly info: StoreInfo }): boolean {
  return a.info.id === b.info.id
}
