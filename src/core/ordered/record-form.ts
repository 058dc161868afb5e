import type { Stat } from '../datastore.ts'
import type { Payload } from '../open/payload.ts'
import type { Found, Written } from '../open/store.ts'
import type { Row, Seen, Write } from './driver.ts'

/** Metadata of a write. Times are milliseconds since 1970. */
export interface Making {
  /** 0 if the form keeps no versions. */
  readonly version: number
  readonly mtime: number
  readonly expires: number | undefined
}

/** A record to write, and the result of the write. */
export interface Made {
  readonly record: Pick<Write, 'value' | 'version' | 'mtime' | 'expires' | 'wrote'>
  readonly written: Written
}

/** How a record holds a value with its version and its times. */
export interface RecordForm {
  readonly etag: 'version' | 'content'
  /**
   * Where expiry times are kept: nowhere; in columns, whose driver hides expired rows; or in the record, with another
   * record that indexes it by time.
   */
  readonly expires: 'none' | 'column' | 'record'
  /** The maximum number of bytes that a record adds to its value. */
  readonly overhead: number
  /** The number of bytes that keys of additional records are longer than the value's key. */
  readonly keyOverhead: number
  /** The version in a row with its value. */
  found(row: Row): Found
  /** The stat of a row, which may lack its value if sizes are columns. */
  stat(row: Row): Stat
  /** The version in a row, as a condition for a later write. */
  seen(row: Row): Seen
  /**
   * The version that an etag names, as a condition; `undefined` if the value must be read to compare its etag, or the
   * etag is of another store.
   */
  seenBy(etag: string): Seen | undefined
  /** @param isLent Whether the record is read only before the write returns, so that the value need not be copied. */
  make(value: Payload, making: Making, isLent: boolean): Made
}
