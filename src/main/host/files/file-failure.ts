import { DatastoreError, type ErrorCode } from '../../../core/errors.ts'

const CODES: Readonly<Record<string, { readonly code: ErrorCode; readonly state: string }>> = {
  ENOENT: { code: 'NOT_FOUND', state: 'there is no such file or folder' },
  ENOTDIR: { code: 'NOT_FOUND', state: 'a part of the path is no folder' },
  EISDIR: { code: 'CONFLICT', state: 'it is a folder' },
  EEXIST: { code: 'ALREADY_EXISTS', state: 'there is a file already' },
  EACCES: { code: 'ACCESS_DENIED', state: 'permission denied' },
  EPERM: { code: 'ACCESS_DENIED', state: 'permission denied' },
  EROFS: { code: 'READ_ONLY', state: 'the file system is read-only' },
  ENOSPC: { code: 'IO', state: 'the disk is full' },
  ENAMETOOLONG: { code: 'IO', state: 'the name is too long' },
}

/** A failure of the file system in the words of this program: `Cannot read "/x": permission denied`. */
export function fileFailure(action: string, path: string, cause: unknown): DatastoreError {
  const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const known = Object.hasOwn(CODES, errno) ? CODES[errno] : undefined
  const state = known?.state ?? (cause instanceof Error ? cause.message : 'it failed without a reason')
  return new DatastoreError(known?.code ?? 'IO', `Cannot ${action} ${JSON.stringify(path)}: ${state}`, {
    cause,
  })
}
