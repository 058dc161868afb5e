import type { Key } from './key.ts'
import type { Datastore } from './open/datastore.ts'

export type { Capabilities } from './capabilities.ts'

/** A traced call, as those that it makes further down name it. */
export interface SpanContext {
  /** The `id` of its span. */
  readonly id: number
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call: it rejects with `AbortError` and leaves the store consistent. */
  readonly signal?: AbortSignal | undefined
  /** The traced call that this one is part of. Adapters hand it on to the stores below. */
  readonly span?: SpanContext | undefined
}

/** What `get` and `getStream` take. */
export interface GetOptions extends CallOptions {
  /**
   * Read past copies, from where writes are judged: the value then is of the version that `stat` speaks of. What is
   * read whole takes the place of the copies. Default false: the nearest copy answers.
   */
  readonly fresh?: boolean | undefined
}

/** A byte range; both ends count from the first byte, `end` is exclusive. Ends past the value are cut to it. */
export interface RangeOptions extends GetOptions {
  readonly start?: number | undefined
  readonly end?: number | undefined
}

/** What `put` takes. `create` and `replace` both false is a `TypeError`. */
export interface PutOptions extends CallOptions {
  /** May the key come into being? Default true; otherwise an absent key is `NOT_FOUND`. */
  readonly create?: boolean | undefined
  /** May a value be replaced? Default true; otherwise a present key is `ALREADY_EXISTS`. */
  readonly replace?: boolean | undefined
  /** Replace only the version with this etag; any other state of the key is `CONFLICT`. */
  readonly ifMatch?: string | undefined
  /** Milliseconds after which the value is gone, where `capabilities.write.ttl`; elsewhere `UNSUPPORTED`. */
  readonly ttl?: number | undefined
}

/** What `delete` takes. */
export interface DeleteOptions extends CallOptions {
  /** Accept an absent key. Default false: `NOT_FOUND`. */
  readonly missingOk?: boolean | undefined
  /** Delete only the version with this etag; any other is `CONFLICT`. */
  readonly ifMatch?: string | undefined
}

/** What `rename` takes. */
export interface RenameOptions extends CallOptions {
  /** May a value at the new key be replaced? Default true; otherwise `ALREADY_EXISTS`. */
  readonly replace?: boolean | undefined
}

/** What `list` takes. */
export interface ListOptions extends CallOptions {
  /** Start strictly past this name, in the direction of the listing. A page's `cursor` goes here. */
  readonly after?: string | undefined
  /** The most children a page holds; default 1000. */
  readonly limit?: number | undefined
  /** Last name first. */
  readonly reverse?: boolean | undefined
}

/** How many children a page of `list` holds unless told otherwise. */
export const DEFAULT_PAGE = 1000

/** What is known of a value without reading it. Times are milliseconds since 1970. */
export interface Stat {
  /** Bytes of the value. For an object store, of its stored form where there is one. */
  readonly size: number
  readonly mtime?: number | undefined
  readonly btime?: number | undefined
  readonly atime?: number | undefined
  /** Names this version of the value: another version never has the same etag. Opaque. */
  readonly etag: string
  readonly expires?: number | undefined
  /** It expires because this store limits the age of its values. A copy in another store does not. Default false. */
  readonly expiresHere?: boolean | undefined
}

/** What a write made. */
export interface PutResult {
  /** The etag of the version that this put wrote: hand it to the next put's `ifMatch`. */
  readonly etag: string
}

/** One name of one level of the tree. It may be a value and a branch at once. */
export interface Child {
  /** The last segment of `key`. */
  readonly name: string
  readonly key: Key
  /** There is a value under `key` itself. */
  readonly isValue: boolean
  /** There are keys below `key`. */
  readonly isBranch: boolean
  /** Bytes of the value, where listing learns it for nothing. */
  readonly size?: number | undefined
}

/** Children in ascending code-unit order of their names (descending with `reverse`). */
export interface ListPage {
  readonly children: readonly Child[]
  /** Hand it to `after` for the next page; absent on the last page. */
  readonly cursor?: string | undefined
  /** How many children the whole level has, where the store knows without walking it. */
  readonly total?: number | undefined
  /** What is in the level and is not shown, as no key stands for it; absent where there is nothing. */
  readonly hidden?: Hidden | undefined
  /** The store has not found all of its keys yet: more children may come. Default false. */
  readonly isPartial?: boolean | undefined
}

/** Entries of a level that are no keys: what others put into a folder. No call changes them. */
export interface Hidden {
  readonly count: number
  /** The first few. */
  readonly examples: readonly HiddenEntry[]
}

/** One entry of a level that is no key, such as a symbolic link in a plain folder. */
export interface HiddenEntry {
  /** Where it is not Unicode, with U+FFFD for what cannot be read. */
  readonly name: string
  /** `link`: a symbolic link that is not followed. `name`: the name can be no key. `special`: a device, pipe or socket. */
  readonly reason: 'link' | 'name' | 'special'
}

/** How far figures are to be trusted. `lower-bound`: at least so many. */
export type Accuracy = 'exact' | 'lower-bound' | 'approximate' | 'unknown'

/** How much a store holds, as far as it knows. */
export interface StoreStats {
  /** Keys with a value. */
  readonly entries?: number | undefined
  /** Bytes of the values. */
  readonly bytes?: number | undefined
  readonly accuracy: Accuracy
}

/** One answer of a query. */
export interface Entry<V> {
  readonly key: Key
  /** Absent with `keysOnly`. */
  readonly value?: V | undefined
  /** Present with `withStat`. */
  readonly stat?: Stat | undefined
}

/**
 * What a watcher is told: that a key has another value than before, or none any more. A consumer that is slower than the
 * changes is told of a key once, as it was left last. `resync` stands for more than can be told one by one: anything at
 * and below `key` may be another now, so look again.
 */
export interface Change {
  readonly type: 'put' | 'delete' | 'resync'
  readonly key: Key
}

/** Writes that are gathered and then applied in one call. */
export interface Batch<V> {
  put(key: Key, value: V): this
  delete(key: Key): this
  /**
   * Applies the operations in the order written, and empties the batch. A delete of an absent key is accepted. After a
   * failure another commit applies what is left.
   */
  commit(options?: CallOptions): Promise<void>
}

/** A value in chunks. */
export type ByteSource = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** What `put` takes: a value, and for a store of bytes also a stream of them. */
export type ValueSource<V> = V | (V extends Uint8Array ? ByteSource : never)

/** A key and its value. */
export interface Pair<V> {
  readonly key: Key
  readonly value: V
}

/** Keys, at hand or as they come. */
export type KeySource = Iterable<Key> | AsyncIterable<Key>
/** Keys with their values, at hand or as they come. */
export type PairSource<V> = Iterable<Pair<V>> | AsyncIterable<Pair<V>>

/** A store of bytes. */
export type BinaryDatastore = Datastore
/** A store of values of another type, such as what `serialized` makes. */
export type ObjectDatastore<T> = Datastore<T>
