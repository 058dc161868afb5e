import { DatastoreError, type ErrorCode, messageOf } from '../../../errors.ts'
import { systemCode } from '../../fs/disk.ts'

/** The meaning of the client's errors. */
const MEANINGS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  LEVEL_LOCKED: ['CONFLICT', 'another program has it open, and a LevelDB folder has one user at a time'],
  LEVEL_CORRUPTION: ['CORRUPT', 'its files are damaged'],
  LEVEL_IO_ERROR: ['IO', 'its files could not be read or written'],
  LEVEL_DATABASE_NOT_OPEN: ['CLOSED', 'the store is closed'],
  LEVEL_ITERATOR_NOT_OPEN: ['CLOSED', 'the store is closed'],
}

/** A failure of LevelDB, or of the client, with a code to act on. */
export function levelFailure(action: string, error: unknown): DatastoreError {
  if (error instanceof DatastoreError) return error
  const text = textsOf(error).join(': ')
  const [code, state] = meaningOf(error, text)
  return new DatastoreError(code, { action, reason: `${state} (${text})` }, { cause: error })
}

function meaningOf(error: unknown, text: string): readonly [ErrorCode, string] {
  // This error has no code of its own.
  if (text.includes('does not match existing comparator')) {
    return ['CONFIG_INVALID', 'its keys are in an order of another program, such as IndexedDB of a browser']
  }
  if (text.includes('Permission denied')) return ['ACCESS_DENIED', 'permission denied']
  if (text.includes('Read-only file system')) return ['READ_ONLY', 'the file system is read-only']
  // The innermost cause of a failed open says why it failed.
  for (const one of chainOf(error).reverse()) {
    const meaning = MEANINGS[systemCode(one) ?? '']
    if (meaning !== undefined) return meaning
  }
  return ['IO', 'it failed']
}

function chainOf(error: unknown): unknown[] {
  return error instanceof Error && error.cause !== undefined ? [error, ...chainOf(error.cause)] : [error]
}

function textsOf(error: unknown): string[] {
  return chainOf(error).map(messageOf)
}
