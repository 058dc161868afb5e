import type { ErrorCode } from '../../../errors.ts'
import { failure } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { systemCode } from '../disk/disk.ts'
import { Obstacle, RootGone } from '../guard/obstacle.ts'
import { SourceFailure } from '../values/file-bytes.ts'
import { CannotWatch } from '../watch/system-watch.ts'

type Meaning = readonly [code: ErrorCode, state: string]

const MEANINGS: Readonly<Record<string, Meaning>> = {
  EACCES: ['ACCESS_DENIED', 'permission denied'],
  EPERM: ['ACCESS_DENIED', 'permission denied'],
  EROFS: ['ACCESS_DENIED', 'the file system is read-only'],
  ELOOP: ['ACCESS_DENIED', 'symbolic links lead in a circle'],
  EISDIR: ['CONFLICT', 'a folder stands in its place'],
  ENOTDIR: ['CONFLICT', 'a file stands where a folder has to be'],
  ENOTEMPTY: ['CONFLICT', 'a folder stands in its place'],
  EEXIST: ['ALREADY_EXISTS', 'there is a value already'],
  ENAMETOOLONG: ['KEY_INVALID', 'its path is too long for this file system'],
  ENOSPC: ['IO', 'the disk is full'],
  EDQUOT: ['IO', 'the disk quota is used up'],
  EFBIG: ['IO', 'the value is too large for this file system'],
  EMFILE: ['IO', 'this process has too many files open'],
  ENFILE: ['IO', 'the system has too many files open'],
  ENOENT: ['IO', 'a file or folder of the store was removed meanwhile'],
}

const OBSTACLES = {
  link: 'ACCESS_DENIED',
  file: 'CONFLICT',
  folder: 'CONFLICT',
  special: 'UNSUPPORTED',
  damage: 'CORRUPT',
  moving: 'IO',
} as const satisfies Record<Obstacle['kind'], ErrorCode>

/** What a call rejects with: the failure of a file operation in the store's own terms; anything else as it is. */
export function fsFailure(action: string, key: Key | undefined, error: unknown): unknown {
  if (error instanceof SourceFailure) return error.cause
  if (error instanceof CannotWatch) return failure('IO', action, key, error.message, error)
  if (error instanceof RootGone) return failure('IO', action, key, error.message, error)
  if (error instanceof Obstacle) return failure(OBSTACLES[error.kind], action, key, error.message, error)
  const name = systemCode(error)
  if (name === undefined || !(error instanceof Error) || !('syscall' in error || name in MEANINGS))
    return error
  const [code, state] = MEANINGS[name] ?? ['IO', `the file system failed (${name})`]
  return failure(code, action, key, state, error)
}
