import { checkOptions, wholeNumber } from '../../options.ts'

/** A record of a log, as it was appended. */
export interface JournalRecord {
  /** Greater than that of every record before it. Numbers are never given twice, and some are left out. */
  readonly number: number
  /** The reader's own. */
  readonly bytes: Uint8Array
}

/** Which records are read, and in which order. */
export interface JournalReadOptions {
  /** Begin with this number, or the next there is. Default: at the beginning, with `reverse` at the end. */
  readonly from?: number | undefined
  /** Last record first. */
  readonly reverse?: boolean | undefined
}

/**
 * Where a journal keeps its records: the latest of them, up to so many bytes. `memoryJournal` and `fileJournal` make
 * one; another needs to do what is said here.
 */
export interface JournalLog {
  /** The most bytes that are kept. */
  readonly maxBytes: number

  /** Bytes that are kept now. */
  readonly bytes: number

  /** The number of the oldest record that is kept; where there is none, that of the next. */
  readonly oldest: number

  /**
   * Puts a record at the end, after those of the calls before, and gives its number. Gives up the oldest records for
   * room. When it rejects, the record is none of those that are read.
   * @param isIntent A write waits for it: where the log is durable, so is the record when this resolves. Nobody waits
   * for the others, so they may be written a little later, with the next intent or before `sync` and `close` resolve.
   */
  append(bytes: Uint8Array, isIntent: boolean): Promise<number>

  /** The records that were appended before the call and are still kept. */
  read(options?: JournalReadOptions): AsyncIterable<JournalRecord>

  /** What was appended before the call survives a power cut after it, where the log is kept on a disk. */
  sync(): Promise<void>

  close(): Promise<void>
}

/** Bytes that a log keeps unless told otherwise. */
export const DEFAULT_JOURNAL_BYTES = 64 * 1024 * 1024
/** Fewer bytes hardly hold an entry. */
export const LEAST_JOURNAL_BYTES = 1024

const DEFAULT_VALUE_BYTES = 1024 * 1024
/** A rename records up to four values, and what is written meanwhile must not push it out. */
const VALUES_IN_LOG = 8

/** @throws DatastoreError `CONFIG_INVALID` */
export function assertJournalBytes(maxBytes: number): void {
  checkOptions('open a journal', { maxBytes }, { maxBytes: wholeNumber(LEAST_JOURNAL_BYTES) })
}

/**
 * Bytes of the largest value that is recorded in a log of `logBytes`: at most an eighth of it.
 * @throws DatastoreError `CONFIG_INVALID`
 */
export function valueBytesFor(logBytes: number, wanted: number | undefined): number {
  const most = Math.floor(logBytes / VALUES_IN_LOG)
  if (wanted === undefined) return Math.min(DEFAULT_VALUE_BYTES, most)
  checkOptions('open a journal', { maxValueBytes: wanted }, { maxValueBytes: wholeNumber(0, most) })
  return wanted
}
