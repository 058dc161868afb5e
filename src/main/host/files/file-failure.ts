import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { DatastoreError, messageOf } from '../../../core/errors.ts'
import { systemMeaning } from '../../../core/node/errno.ts'
import { BadInputError } from '../calls/describe-failure.ts'

/** The error for a failure of the file system: `Cannot read "/x": permission denied`. */
export function fileFailure(action: string, path: string, cause: unknown): DatastoreError {
  const [code, state] = systemMeaning(cause, 'path') ?? ['IO', messageOf(cause)]
  return new DatastoreError(code, `Cannot ${action} ${JSON.stringify(path)}: ${state}`, { cause })
}

/** Whether the system reported one of these codes, such as `ENOENT`. */
export function hasErrno(error: unknown, codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/** The absolute path for a typed text. `~` is the home directory, against which relative paths are resolved too. */
export function expandPath(typed: string): string {
  if (typed.includes('\0')) throw new BadInputError('A path cannot contain a NUL character')
  const rest = typed === '~' ? '' : /^~[/\\]/.test(typed) ? typed.slice(2) : typed
  return resolve(homedir(), rest)
}
