import type { ErrorCode } from '../../../errors.ts'
import { failure } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { systemMeaning } from '../../errno.ts'
import { Obstacle, RootGone } from '../guard/obstacle.ts'
import { SourceFailure } from '../values/file-bytes.ts'
import { CannotWatch } from '../watch/system-watch.ts'

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
  const meaning = systemMeaning(error, 'key')
  return meaning === undefined ? error : failure(meaning[0], action, key, meaning[1], error)
}
