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

  /** The number of the oldest record that is kept; where there is none, that of the next. */
  readonly oldest: number

  /**
   * Puts a record at the end, after those of the calls before, and gives its number. Gives up the oldest records for
   * room. When it rejects, the record is none of those that are read.
   * @param isIntent A write waits for it: where the log is durable, so is the record when this resolves.
   */
  append(bytes: Uint8Array, isIntent: boolean): Promise<number>

  /** The records that were appended before the call and are still kept. */
  read(options?: JournalReadOptions): AsyncIterable<JournalRecord>

  /** What was appended before the call survives a power cut after it, where the log is kept on a disk. */
  sync(): Promise<void>

  close(): Promise<void>
}
