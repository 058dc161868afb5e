import type { Scope } from '../capabilities.ts'
import type { Maybe } from '../open/call.ts'

/** The keys from `from` (inclusive) up to `to` (exclusive), in byte order or against it. */
export interface Range {
  readonly from: Uint8Array
  /** Exclusive also where `reverse`. */
  readonly to: Uint8Array
  /** At least 1. */
  readonly limit: number
  readonly reverse: boolean
  /** Rows need no values. */
  readonly keysOnly: boolean
}

/** One record of the engine. Its bytes belong to the receiver. Times are milliseconds since 1970. */
export interface Row {
  readonly key: Uint8Array
  /** Absent where only keys were asked for. */
  readonly value?: Uint8Array | undefined
  /** Given by a driver with `columns`, as the times below; else they are in the value's header, or nowhere. */
  readonly version?: number | undefined
  readonly mtime?: number | undefined
  readonly expires?: number | undefined
  /** Bytes of the whole value. */
  readonly size?: number | undefined
}

/** A state of a key that was seen: absent, the version of a driver with `columns`, or bytes of the value. */
export type Seen =
  | 'absent'
  | { readonly version: number }
  /** The value has these bytes from `at` on: the version in a header. */
  | { readonly part: Uint8Array; readonly at: number }
  /** The value has these bytes and no others. */
  | { readonly sameValue: Uint8Array }

/** What must be there before a write. */
export type Expect = 'any' | 'present' | Seen

export interface Write {
  readonly key: Uint8Array
  /** `undefined` removes the key. */
  readonly value: Uint8Array | undefined
  readonly expect: Expect
  /** For a driver with `columns`: the version that this write makes. */
  readonly version?: number | undefined
  readonly mtime?: number | undefined
  readonly expires?: number | undefined
}

/**
 * What a write came to. `absent`: nothing is there that could be replaced or removed. `changed`: there is another value
 * than the one that was seen.
 */
export type Outcome = 'done' | 'absent' | 'exists' | 'changed'

/** What must still hold when a transaction commits: the state of a key, or the keys of a range. */
export type Check =
  | { readonly key: Uint8Array; readonly seen: Seen }
  | { readonly range: Range; readonly keys: readonly Uint8Array[] }

/** A write of others: its key, and whether that has a value now; or `resync`, where some may have been missed. */
export type OthersChange = { readonly key: Uint8Array; readonly isThere: boolean } | 'resync'

export interface DriverCapabilities {
  readonly writable: boolean
  /** Against whom `Expect` holds. */
  readonly conditions: Exclude<Scope, 'none'>
  /** `commit` is there, takes so many checks and writes at most, and checks ranges. */
  readonly commit: false | { readonly most: number; readonly ranges: boolean }
  /** A write whose `durable` is asked for survives a power cut. */
  readonly durable: boolean
  /** `get` reads a part of the value without the rest. */
  readonly parts: boolean
  /** Others may write while this is open: another process, or another driver over the same data. */
  readonly shared: boolean
  readonly keyBytes?: number | undefined
  readonly valueBytes?: number | undefined
}

export interface DriverInfo {
  /** `leveldb`, `sqlite` … */
  readonly kind: string
  /** Names the data: the same for every way to open it. */
  readonly id: string
  /** What a seek costs, in rows of a scan: how far a level reads ahead. LevelDB 64, LMDB and SQLite 16, servers 200. */
  readonly readAhead: number
  /** Rows of one `range` at most. */
  readonly maxRows: number
  /** Keys are text: no NUL and no invalid UTF-8. */
  readonly text: boolean
  /** Version and times are columns beside the value, not a header before it. */
  readonly columns: boolean
  /** `write` reads the bytes of a value only before it returns. Default false: they stay as they are until it has ended. */
  readonly lent?: boolean | undefined
}

/**
 * One engine that keeps bytes by keys in byte order. A driver translates and nothing else: it knows neither the keys of
 * Strata nor levels, layouts or versions of its own. Every answer may be given without a promise. Failures are
 * `DatastoreError`s; absence is an answer. `signal` ends a call that waits for a server.
 */
export interface OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities

  /** @param part Bytes of the value from `start` to before `end`, where `parts`. */
  get(
    key: Uint8Array,
    part?: { readonly start: number; readonly end: number },
    signal?: AbortSignal,
  ): Maybe<Row | undefined>
  /** Judges and writes in one step. */
  write(write: Write, durable: boolean, signal?: AbortSignal): Maybe<Outcome>
  /** Exactly `limit` rows (at most `maxRows`) unless the range ends before. */
  range(range: Range, signal?: AbortSignal): Maybe<readonly Row[]>
  /** Else: `get`. */
  has?(key: Uint8Array, signal?: AbortSignal): Maybe<boolean>
  /** Size and times without the value. Else: `get`. */
  head?(key: Uint8Array, signal?: AbortSignal): Maybe<Row | undefined>
  /**
   * Checks and writes in one step that is seen, and survives a crash, whole or not at all. Later writes win over
   * earlier ones of the same key.
   * @returns False where a check failed: nothing is written.
   */
  commit?(
    checks: readonly Check[],
    writes: readonly Omit<Write, 'expect'>[],
    durable: boolean,
    signal?: AbortSignal,
  ): Maybe<boolean>
  /**
   * Tells of what others write, in this process before their writes are answered.
   * @returns Ends it.
   */
  changes?(listener: (change: OthersChange) => void): () => void
  /**
   * Whether others may have written since this was asked last, at little cost. Where a `shared` engine can tell, what was
   * read of it is remembered until it says so.
   */
  othersWrote?(): boolean
  /**
   * Tells what record stands under a key each time that the engine was reached anew, before calls are made there: it may
   * be another one, with other data.
   */
  reachedAnew?(key: Uint8Array, listener: (value: Uint8Array | undefined) => void): void
  /** Makes what was written survive a power cut. */
  sync?(): Maybe<void>
  /** How many records a range has, of the first `limit`, and the last of these. Else: `range`. */
  count?(
    range: Pick<Range, 'from' | 'to' | 'limit'>,
    signal?: AbortSignal,
  ): Maybe<{ readonly count: number; readonly last: Uint8Array | undefined }>
  /** Bytes that the engine keeps for a range, about, at little cost; 0 where it cannot tell. */
  bytesOf?(range: Pick<Range, 'from' | 'to'>): Maybe<number>
  /** How many records there are, at little cost. */
  estimate?(signal?: AbortSignal): Maybe<number | undefined>
  close(): Maybe<void>
}
