import { DatastoreError, type ErrorCode, messageOf } from '../../../errors.ts'

/** The meaning of SQLite's primary result codes. */
const MEANINGS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  3: ['ACCESS_DENIED', 'permission denied'],
  5: ['TIMEOUT', 'another program keeps the database locked'],
  6: ['TIMEOUT', 'another program keeps a table locked'],
  8: ['READ_ONLY', 'the database is read-only'],
  10: ['IO', 'the database could not be read or written'],
  11: ['CORRUPT', 'the database is damaged'],
  13: ['IO', 'the disk is full'],
  14: ['IO', 'the file cannot be opened'],
  18: ['VALUE_INVALID', 'it is larger than SQLite takes'],
  19: ['VALUE_INVALID', 'the table does not accept it'],
  20: ['VALUE_INVALID', 'the column does not accept it'],
  23: ['ACCESS_DENIED', 'permission denied'],
  26: ['CORRUPT', 'the file is not an SQLite database, or it is encrypted'],
}

const BUSY: readonly number[] = [5, 6]

/** A failure of SQLite, with a code to act on. */
export function sqliteFailure(action: string, error: unknown): unknown {
  if (error instanceof DatastoreError) return error
  const code = resultCode(error)
  if (code === undefined) return isClosed(error) ? closed(action, error) : error
  const [meaning, state] = MEANINGS[code] ?? ['IO', 'SQLite failed']
  const reason = `${state} (${messageOf(error)})`
  return new DatastoreError(meaning, { action, reason }, { cause: error })
}

/** Whether another connection holds the lock that a statement needs. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code !== undefined && BUSY.includes(code)
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined
  // The upper bytes only add detail.
  return error.errcode & 0xff
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && /not open|closed|finalized/.test(error.message)
}

function closed(action: string, cause: unknown): DatastoreError {
  return new DatastoreError('CLOSED', { action, reason: 'the store is closed' }, { cause })
}
