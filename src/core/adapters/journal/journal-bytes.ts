import { DatastoreError } from '../../errors.ts'

/** Bytes that a log keeps unless told otherwise. */
export const DEFAULT_JOURNAL_BYTES = 64 * 1024 * 1024
/** Fewer bytes hardly hold an entry. */
export const LEAST_JOURNAL_BYTES = 1024

const DEFAULT_VALUE_BYTES = 1024 * 1024
/** A rename records up to four values, and what is written meanwhile must not push it out. */
const VALUES_IN_LOG = 8

/** @throws DatastoreError `CONFIG_INVALID` */
export function assertJournalBytes(maxBytes: number): void {
  if (Number.isSafeInteger(maxBytes) && maxBytes >= LEAST_JOURNAL_BYTES) return
  throw new DatastoreError(
    'CONFIG_INVALID',
    `Cannot open a journal: maxBytes is a whole number from ${LEAST_JOURNAL_BYTES} up, not ${maxBytes}`,
  )
}

/**
 * Bytes of the largest value that is recorded in a log of `logBytes`.
 * @throws DatastoreError `CONFIG_INVALID`
 */
export function valueBytesFor(logBytes: number, wanted: number | undefined): number {
  const most = Math.floor(logBytes / VALUES_IN_LOG)
  if (wanted === undefined) return Math.min(DEFAULT_VALUE_BYTES, most)
  if (Number.isSafeInteger(wanted) && wanted >= 0 && wanted <= most) return wanted
  throw new DatastoreError(
    'CONFIG_INVALID',
    `Cannot open a journal: maxValueBytes is a whole number up to an eighth of what the log keeps (${most}), not ${wanted}`,
  )
}
