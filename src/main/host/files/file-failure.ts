import { DatastoreError, messageOf } from '../../../core/errors.ts'
import { systemMeaning } from '../../../core/node/errno.ts'

/** A failure of the file system in the words of this program: `Cannot read "/x": permission denied`. */
export function fileFailure(action: string, path: string, cause: unknown): DatastoreError {
  const [code, state] = systemMeaning(cause, 'path') ?? ['IO', messageOf(cause)]
  return new DatastoreError(code, `Cannot ${action} ${JSON.stringify(path)}: ${state}`, { cause })
}
