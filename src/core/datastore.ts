import type { Key } from './key.ts'
import type { Datastore } from './open/datastore.ts'

export type { Capabilities } from './capabilities.ts'

/** A traced call, as the calls that it makes refer to it. */
export interface SpanContext {
  /** The `id` of its span. */
  readonly id: number
}

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call: it rejects with `AbortError` and leaves the store consistent. */
  readonly signal?: AbortSignal | undefined
  /** The traced call that this call is part of. Adapters pass it to the stores below. */
  readonly span?: SpanContext | undefined
}

/** Options of `watch`. */
export interface WatchOptions extends CallOptions {
  /**
   * Default true. False asks for the children of the prefix only. To make the watch cheaper, a store may then leave out
   * changes deeper down and report a child twice. A branch that appeared, disappeared or was replaced is reported as
   * `resync` of its key.
   */
  readonly recursive?: boolean | undefined
}

/** Options of `get` and `getStream`. */
export interface GetOptions extends CallOptions {
  /**
   * Bypass cached copies: read the version that `stat` reports and that `ifMatch` is checked against. A value that is
   * read whole also replaces the copies. Default false: the nearest copy answers.
   */
  readonly fresh?: boolean | undefined
}

/** A range of bytes. Both ends count from the first byte; `end` is exclusive. Ends past the value are clamped to it. */
export interface RangeOptions extends GetOptions {
  readonly start?: number | undefined
  readonly end?: number | undefined
}

/** Options of `put`. If `create` and `replace` are both false, `put` throws a `TypeError`. */
export interface PutOptions extends CallOptions {
  /** Whether the put may create the key. Default true. If false, an absent key fails with `NOT_FOUND`. */
  readonly create?: boolean | undefined
  /** Whether the put may replace a value. Default true. If false, a present key fails with `ALREADY_EXISTS`. */
  readonly replace?: boolean | undefined
  /** Replace only the version with this etag. Any other state of the key fails with `CONFLICT`. */
  readonly ifMatch?: string | undefined
  /** Milliseconds after which the value expires. `UNSUPPORTED` unless the store has `capabilities.write.ttl`. */
  readonly ttl?: number | undefined
}

/** Options of `delete`. */
export interface DeleteOptions extends CallOptions {
  /** Accept an absent key. If false, the default, it fails with `NOT_FOUND`. */
  readonly missingOk?: boolean | undefined
  /** Delete only the version with this etag. Any other state fails with `CONFLICT`. */
  readonly ifMatch?: string | undefined
}

/** Options of `rename`. */
export interface RenameOptions extends CallOptions {
  /** Whether a value at the new key may be replaced. Default true. If false, it fails with `ALREADY_EXISTS`. */
  readonly replace?: boolean | undefined
}

/** Options of `list`. */
export interface ListOptions extends CallOptions {
  /** Start strictly after this name, in the direction of the listing. Pass the `cursor` of the page before. */
  readonly after?: string | undefined
  /** The maximum number of children in the page. Default 1000. */
  readonly limit?: number | undefined
  /** List in descending order of names. */
  readonly reverse?: boolean | undefined
  /**
   * Has what the store knows of its keys read again, where that may be older than what others have done. If it takes longer
   * than a moment, the page is of what is known and marked `isPartial`. Default false.
   */
  readonly fresh?: boolean | undefined
}

/** The default maximum number of children in a page of `list`. */
export const DEFAULT_PAGE = 1000

/** The properties of a value, known without reading it. Times are milliseconds since 1970. */
export interface Stat {
  /** Bytes of the value. In an object store: bytes of its stored form, where there is one. */
  readonly size: number
  readonly mtime?: number | undefined
  readonly btime?: number | undefined
  readonly atime?: number | undefined
  /** The name of this version of the value. No other version has the same etag. Opaque. */
  readonly etag: string
  readonly expires?: number | undefined
  /**
   * The value expires because this store limits the age of its values; a copy in another store would not expire.
   * Default false.
   */
  readonly expiresHere?: boolean | undefined
}

/** One version of a value that a store keeps by itself: a commit that changed it, an object in a bucket with versions. */
export interface ValueVersion {
  /** As `getVersion` takes it. Opaque. */
  readonly id: string
  /** When it was made, in milliseconds since 1970. */
  readonly time: number
  /** Whether the key had a value from then on. False: it was deleted. */
  readonly isValue: boolean
  /** Bytes of the value, where listing reports them at no extra cost. */
  readonly size?: number | undefined
  /** A short name for people. Default: `id`. */
  readonly label?: string | undefined
  /** Who made it, if known. */
  readonly author?: string | undefined
  /** Why it was made, if known. */
  readonly message?: string | undefined
}

/** Options of `versions`. */
export interface VersionsOptions extends CallOptions {
  /** The maximum number of versions. Default 1000. */
  readonly limit?: number | undefined
}

/** The result of a put. */
export interface PutResult {
  /** The etag of the version that this put wrote. Pass it as `ifMatch` to the next put. */
  readonly etag: string
}

/** One name of one level of the tree. It can be a value and a branch at once. */
export interface Child {
  /** The last segment of `key`. */
  readonly name: string
  readonly key: Key
  /** There is a value under `key` itself. */
  readonly isValue: boolean
  /** There are keys below `key`. */
  readonly isBranch: boolean
  /** Bytes of the value, as `stat` gives them, where listing reports them at no extra cost. */
  readonly size?: number | undefined
  /** Milliseconds since 1970, as `stat` gives them, where listing reports them at no extra cost. */
  readonly mtime?: number | undefined
}

/** Children in ascending code-unit order of their names (descending with `reverse`). */
export interface ListPage {
  readonly children: readonly Child[]
  /** Pass it as `after` to get the next page. Absent on the last page. */
  readonly cursor?: string | undefined
  /** The number of children in the whole level, if the store has it without walking the level. */
  readonly total?: number | undefined
  /** Entries of the level that have no key and are not shown. Absent where there are none. */
  readonly hidden?: Hidden | undefined
  /** The store has not found all of its keys yet, so more children may follow. Default false. */
  readonly isPartial?: boolean | undefined
}

/** Entries of a level that have no key, such as links that other programs put into a folder. No call changes them. */
export interface Hidden {
  readonly count: number
  /** The first few of them. */
  readonly examples: readonly HiddenEntry[]
}

/** One entry of a level that has no key, such as a symbolic link in a plain folder. */
export interface HiddenEntry {
  /** The name, with U+FFFD for bytes that are not valid Unicode. */
  readonly name: string
  /**
   * `link`: a symbolic link, which is not followed. `name`: the name cannot be part of a key. `special`: a device, pipe
   * or socket.
   */
  readonly reason: 'link' | 'name' | 'special'
}

/** How accurate figures are. `lower-bound`: at least this many. */
export type Accuracy = 'exact' | 'lower-bound' | 'approximate' | 'unknown'

/** The size of a store, as far as it is known. */
export interface StoreStats {
  /** Keys with a value. */
  readonly entries?: number | undefined
  /** Bytes of the values. */
  readonly bytes?: number | undefined
  readonly accuracy: Accuracy
}

/** One result of a query. */
export interface Entry<V> {
  readonly key: Key
  /** Absent with `keysOnly`. */
  readonly value?: V | undefined
  /** Present with `withStat`. */
  readonly stat?: Stat | undefined
}

/**
 * A change that a watcher receives: a key has another value than before, or none any more. A consumer that is slower
 * than the changes gets only the last state of each key. `resync` replaces changes that cannot be reported one by one:
 * anything at and below `key` may have changed.
 */
export interface Change {
  readonly type: 'put' | 'delete' | 'resync'
  readonly key: Key
}

/** Writes that are collected and then applied in one call. */
export interface Batch<V> {
  put(key: Key, value: V): this
  delete(key: Key): this
  /**
   * Applies the operations in the order in which they were added, and empties the batch. Deleting an absent key is
   * accepted. After a failure, another `commit` applies the remaining operations.
   */
  commit(options?: CallOptions): Promise<void>
}

/** A value in chunks. */
export type ByteSource = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** A value to put. A store of bytes also accepts a stream of them. */
export type ValueSource<V> = V | (V extends Uint8Array ? ByteSource : never)

/** A key and its value. */
export interface Pair<V> {
  readonly key: Key
  readonly value: V
}

/** Keys, synchronous or asynchronous. */
export type KeySource = Iterable<Key> | AsyncIterable<Key>
/** Keys with their values, synchronous or asynchronous. */
export type PairSource<V> = Iterable<Pair<V>> | AsyncIterable<Pair<V>>

/** A store of bytes. */
export type BinaryDatastore = Datastore
/** A store of values of another type, such as the result of `serialized`. */
export type ObjectDatastore<T> = Datastore<T>
