import type { Stat } from '../datastore.ts'
import type { Payload } from '../open/payload.ts'
import type { Found, Written } from '../open/store.ts'
import type { Row, Seen, Write } from './driver.ts'

/** What a write makes, beside the bytes. Times are milliseconds since 1970. */
export interface Making {
  /** 0 where the form keeps none. */
  readonly version: number
  readonly mtime: number
  readonly expires: number | undefined
}

/** A record to be written, and what its write comes to. */
export interface Made {
  readonly record: Pick<Write, 'value' | 'version' | 'mtime' | 'expires'>
  readonly written: Written
}

/** How an engine's record keeps a value with its version and its times. */
export interface RecordForm {
  readonly etag: 'version' | 'content'
  /**
   * Where times to live are: nowhere; in columns, whose driver does not show what has expired; or in the record, with
   * another record that says when it expires.
   */
  readonly expires: 'none' | 'column' | 'record'
  /** Bytes that a record is longer than its value, at most. */
  readonly overhead: number
  /** Bytes that a key of a record beside the value is longer than the value's key. */
  readonly keyOverhead: number
  /** The version in a row with its value. */
  found(row: Row): Found
  /** What is known of a row, which may lack its value where sizes are columns. */
  stat(row: Row): Stat
  /** The version in a row, to be expected by a later write. */
  seen(row: Row): Seen
  /** The version that an etag names. `undefined`: the value has to be read to know it, or the etag is of another store. */
  seenBy(etag: string): Seen | undefined
  /** @param isLent The record is read only before the write returns, so the value need not be copied. */
  make(value: Payload, making: Making, isLent: boolean): Made
}
