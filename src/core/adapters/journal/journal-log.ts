import { checkOptions, wholeNumber } from '../../options.ts'

/** A record of a log, as it was appended. */
export interface JournalRecord {
  /** Greater than the number of every earlier record. Numbers are never reused, and some are not used. */
  readonly number: number
  /** They belong to the reader. */
  readonly bytes: Uint8Array
}

/** Which records are read, and in which order. */
export interface JournalReadOptions {
  /** The first record to read, or the next one if it does not exist. Default: the first; with `reverse` the last. */
  readonly from?: number | undefined
  /** Last record first. */
  readonly reverse?: boolean | undefined
}

/**
 * Storage for the records of a journal: the latest ones, up to a number of bytes. `memoryJournal` and `fileJournal`
 * create one. Other implementations have to meet the contract below.
 */
export interface JournalLog {
  /** The maximum number of bytes that are kept. */
  readonly maxBytes: number

  /** Bytes that are kept now. */
  readonly bytes: number

  /** The number of the oldest record that is kept; without any, the number of the next record. */
  readonly oldest: number

  /**
   * Appends a record after those of earlier calls, and drops the oldest records to stay within `maxBytes`. If it
   * rejects, the record is never read.
   * @param isIntent Whether a write waits for the record. Then a durable log has made it durable when this resolves.
   * Other records may be written later: with the next intent, or before `sync` or `close` resolves.
   * @returns The number of the record.
   */
  append(bytes: Uint8Array, isIntent: boolean): Promise<number>

  /** The records that were appended before the call and are still kept. They are in order. */
  read(options?: JournalReadOptions): AsyncIterable<JournalRecord>

  /** Once it resolves, records that were appended before the call survive a power failure, if the log is on a disk. */
  sync(): Promise<void>

  close(): Promise<void>
}

/** The default of `maxBytes`. */
export const DEFAULT_JOURNAL_BYTES = 64 * 1024 * 1024
/** The smallest `maxBytes`: fewer bytes would hold hardly any entry. */
export const MIN_JOURNAL_BYTES = 1024

const DEFAULT_VALUE_BYTES = 1024 * 1024
/** A rename records up to four values, and entries written in the meantime must not displace it. */
const VALUES_IN_LOG = 8

/** @throws DatastoreError `CONFIG_INVALID` */
export function assertJournalBytes(maxBytes: number): void {
  checkOptions('open a journal', { maxBytes }, { maxBytes: wholeNumber(MIN_JOURNAL_BYTES) })
}

/**
 * The size in bytes of the largest value that is recorded in a log of `logBytes`: at most an eighth of it.
 * @throws DatastoreError `CONFIG_INVALID`
 */
export function valueBytesFor(logBytes: number, wanted: number | undefined): number {
  const most = Math.floor(logBytes / VALUES_IN_LOG)
  if (wanted === undefined) return Math.min(DEFAULT_VALUE_BYTES, most)
  checkOptions('open a journal', { maxValueBytes: wanted }, { maxValueBytes: wholeNumber(0, most) })
  return wanted
}
