import type { Scope } from '../capabilities.ts'
import type { Maybe } from '../open/call.ts'

/** The keys from `from` (inclusive) to `to` (exclusive), in ascending or descending byte order. */
export interface Range {
  readonly from: Uint8Array
  /** Exclusive, even with `reverse`. */
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
  /** Absent if only keys were requested. */
  readonly value?: Uint8Array | undefined
  /**
   * Set by a driver with `columns`, as are the times below. In other engines they are in the header of the value, or
   * absent.
   */
  readonly version?: number | undefined
  readonly mtime?: number | undefined
  readonly expires?: number | undefined
  /** Bytes of the whole value. */
  readonly size?: number | undefined
}

/** A state of a key that was read: absent, the version in a driver with `columns`, or bytes of the value. */
export type Seen =
  | 'absent'
  | { readonly version: number }
  /** The value has these bytes at `at`: the version in a header. */
  | { readonly part: Uint8Array; readonly at: number }
  /** The value consists of exactly these bytes. */
  | { readonly sameValue: Uint8Array }

/** The condition of a write. */
export type Expect = 'any' | 'present' | Seen

export interface Write {
  readonly key: Uint8Array
  /** `undefined` removes the key. */
  readonly value: Uint8Array | undefined
  readonly expect: Expect
  /** For a driver with `columns`: the version that this write creates. */
  readonly version?: number | undefined
  readonly mtime?: number | undefined
  readonly expires?: number | undefined
  /** Called by a driver with `revisions` once it has written: the version that the engine gave the write. */
  readonly wrote?: ((version: number) => void) | undefined
}

/**
 * The result of a write. `absent`: there is nothing to replace or remove. `changed`: the value is not the one that was
 * expected.
 */
export type Outcome = 'done' | 'absent' | 'exists' | 'changed'

/** A condition of a commit: the state of a key, or the keys of a range. */
export type Check =
  | { readonly key: Uint8Array; readonly seen: Seen }
  | { readonly range: Range; readonly keys: readonly Uint8Array[] }

/** A write by others: its key, and whether the key has a value now; or `resync`, if changes may have been missed. */
export type OthersChange = { readonly key: Uint8Array; readonly isThere: boolean } | 'resync'

export interface DriverCapabilities {
  readonly writable: boolean
  /** Which writers `Expect` is checked against. */
  readonly conditions: Exclude<Scope, 'none'>
  /** Whether there is a `commit`; the maximum number of its checks and writes; and whether it checks ranges. */
  readonly commit: false | { readonly most: number; readonly ranges: boolean }
  /** Whether a write with `durable` survives a power cut. */
  readonly durable: boolean
  /** Whether `get` can read a part of the value without the rest. */
  readonly parts: boolean
  /** Whether others may write while this is open: another process, or another driver over the same data. */
  readonly shared: boolean
  readonly keyBytes?: number | undefined
  readonly valueBytes?: number | undefined
}

export interface DriverInfo {
  /** `leveldb`, `sqlite` … */
  readonly kind: string
  /** Identifies the data: the same however it is opened. */
  readonly id: string
  /**
   * The cost of a seek, in rows of a scan, which decides how far a level reads ahead. LevelDB 64, LMDB and SQLite 16,
   * servers 200.
   */
  readonly readAhead: number
  /** The maximum number of rows of one `range`. */
  readonly maxRows: number
  /** Whether keys must be text: no NUL and no invalid UTF-8. */
  readonly text: boolean
  /** Whether version and times are columns next to the value, instead of a header before it. */
  readonly columns: boolean
  /**
   * Whether the engine numbers its writes: `Row.version` is the number of the write that made the row, also without
   * `columns`. No number repeats. Default false.
   */
  readonly revisions?: boolean | undefined
  /**
   * Whether `write` reads the bytes of a value only before it returns. Default false: the bytes stay unchanged until it
   * has ended.
   */
  readonly lent?: boolean | undefined
}

/**
 * One engine that keeps bytes by keys in byte order. A driver only translates: it handles neither the keys of Strata nor
 * levels, layouts or versions. Every answer may be given without a promise. Failures are `DatastoreError`s; absence is
 * an answer. `signal` ends a call that waits for a server.
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
  /** Checks the condition and writes, atomically. */
  write(write: Write, durable: boolean, signal?: AbortSignal): Maybe<Outcome>
  /** Exactly `limit` rows (at most `maxRows`), unless the range ends before. */
  range(range: Range, signal?: AbortSignal): Maybe<readonly Row[]>
  /** Default: made of `get`. */
  has?(key: Uint8Array, signal?: AbortSignal): Maybe<boolean>
  /** Size and times without the value. Default: made of `get`. */
  head?(key: Uint8Array, signal?: AbortSignal): Maybe<Row | undefined>
  /**
   * Checks and writes in one step, which is atomic for readers and in a crash. Of several writes of one key the last
   * wins.
   * @returns False if a check failed: nothing is written.
   */
  commit?(
    checks: readonly Check[],
    writes: readonly Omit<Write, 'expect'>[],
    durable: boolean,
    signal?: AbortSignal,
  ): Maybe<boolean>
  /**
   * Writes one after another. If one fails, those before it have been made. For batches, in a driver without `commit`.
   * Default: made of `write`.
   */
  writeAll?(writes: readonly Omit<Write, 'expect'>[], durable: boolean, signal?: AbortSignal): Maybe<void>
  /**
   * Reports writes by others. A write in this process is reported before it is answered.
   * @returns A function that removes the listener.
   */
  changes?(listener: (change: OthersChange) => void): () => void
  /**
   * Whether others may have written since this was last called, at little cost. If a `shared` engine implements this,
   * what was read from it is cached until this returns true.
   */
  othersWrote?(): boolean
  /**
   * Calls `listener` with the value under `key` each time the connection to the engine has been restored, before other
   * calls are made, because the engine may hold other data now.
   */
  onReconnected?(key: Uint8Array, listener: (value: Uint8Array | undefined) => void): void
  /** Makes earlier writes survive a power cut. */
  sync?(): Maybe<void>
  /** The number of records in a range, up to `limit`, and the last of these. Default: made of `range`. */
  count?(
    range: Pick<Range, 'from' | 'to' | 'limit'>,
    signal?: AbortSignal,
  ): Maybe<{ readonly count: number; readonly last: Uint8Array | undefined }>
  /** The approximate number of bytes that the engine keeps for a range, at little cost; 0 if it is unknown. */
  bytesOf?(range: Pick<Range, 'from' | 'to'>): Maybe<number>
  /** The number of records, at little cost. */
  estimate?(signal?: AbortSignal): Maybe<number | undefined>
  close(): Maybe<void>
}

/** The part of a driver that levels are read from. */
export type RangeReader = Pick<OrderedDriver, 'info' | 'range' | 'othersWrote'>
