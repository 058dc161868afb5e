import { DatastoreError, type ErrorCode, messageOf } from '../../../errors.ts'

/** The meaning of the client's errors, by LMDB's names in their texts. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/MDB_(CORRUPTED|PAGE_NOTFOUND|PANIC|INVALID)/, 'CORRUPT', 'its files are damaged'],
  [/MDB_MAP_FULL|No space left/, 'IO', 'there is no room for more'],
  [/MDB_VERSION_MISMATCH/, 'CONFIG_INVALID', 'another version of LMDB has it open or has written it'],
  [/MDB_READERS_FULL/, 'IO', 'too many programs read it'],
  [/MDB_(INCOMPATIBLE|BAD_VALSIZE)/, 'CONFIG_INVALID', 'the database is of another sort'],
  [/Permission denied|Operation not permitted/, 'ACCESS_DENIED', 'permission denied'],
  [/Read-only file system/, 'READ_ONLY', 'the file system is read-only'],
  [/is closed|has been closed|closed database/, 'CLOSED', 'the store is closed'],
]

/** A failure of LMDB, or of the client, with a code to act on. */
export function lmdbFailure(action: string, error: unknown): DatastoreError {
  if (error instanceof DatastoreError) return error
  const text = messageOf(error)
  const [, code, state] = MEANINGS.find(([pattern]) => pattern.test(text)) ?? [undefined, 'IO', 'it failed']
  return new DatastoreError(code, { action, reason: `${state} (${text})` }, { cause: error })
}
