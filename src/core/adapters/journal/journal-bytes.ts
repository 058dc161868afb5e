import { checkOptions, wholeNumber } from '../../options.ts'

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
