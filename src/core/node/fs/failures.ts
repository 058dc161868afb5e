import { type ErrorCode, failure, type Reason, reason } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { systemMeaning } from '../errno.ts'
import { systemCode } from './disk.ts'

/** The kinds of obstacle. */
type ObstacleKind = 'link' | 'file' | 'folder' | 'special' | 'damage' | 'moving'

/** An entry that blocks a call, such as a link. Callers convert it to a failure of the call. */
export class Obstacle extends Error {
  override name = 'Obstacle'
  readonly kind: ObstacleKind
  /** Its place, from the root of the store: `/a/b`. */
  readonly at: string
  /** What it is: `is a symbolic link`. */
  readonly state: string

  constructor(kind: ObstacleKind, names: readonly string[]) {
    const at = `/${names.join('/')}`
    super(`${JSON.stringify(at)} ${DESCRIPTIONS[kind]}`)
    this.kind = kind
    this.at = at
    this.state = DESCRIPTIONS[kind]
  }
}

/** The folder of the store is no longer at its path. */
export class RootGone extends Error {
  override name = 'RootGone'

  constructor(root: string, state = 'has disappeared') {
    super(`the folder ${JSON.stringify(root)} of this store ${state}`)
  }
}

const DESCRIPTIONS: Readonly<Record<ObstacleKind, string>> = {
  link: 'is a symbolic link, which this store does not follow',
  file: 'is a file in this layout',
  folder: 'is a folder in this layout',
  special: 'is not a regular file',
  damage: 'is a folder where a value should be',
  moving: 'keeps being moved',
}

/** Whether an error is a failure of the disk, and not a defect of the program. */
export function isOfDisk(error: unknown): boolean {
  return error instanceof Obstacle || error instanceof RootGone || systemCode(error) !== undefined
}

/** The caller's stream failed, not the store. */
export class SourceFailure extends Error {
  override name = 'SourceFailure'

  constructor(cause: unknown) {
    super('the source of the value failed', { cause })
  }
}

/** The system cannot watch any more folders, or not this one. */
export class CannotWatch extends Error {
  override name = 'CannotWatch'
}

const OBSTACLES = {
  link: 'ACCESS_DENIED',
  file: 'CONFLICT',
  folder: 'CONFLICT',
  special: 'UNSUPPORTED',
  damage: 'CORRUPT',
  moving: 'IO',
} as const satisfies Record<Obstacle['kind'], ErrorCode>

const NO_ROOM = 'the value is too large to be held in memory; use a stream or a range'

/** A buffer that is longer than the engine allows, or than fits in memory. Other range errors concern arguments. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /array length|allocation failed|out of range/i.test(error.message)
}

/** The error that a call rejects with: a failure of a file operation in the store's terms; anything else as it is. */
export function fsFailure(action: string, key: Key | undefined, error: unknown): unknown {
  if (error instanceof SourceFailure) return error.cause
  if (isOutOfMemory(error)) return failure('UNSUPPORTED', action, key, NO_ROOM, error)
  if (error instanceof CannotWatch) return failure('IO', action, key, error.message, error)
  if (error instanceof RootGone) return failure('IO', action, key, error.message, error)
  if (error instanceof Obstacle)
    return failure(OBSTACLES[error.kind], action, key, reasonOf(error, key), error)
  const meaning = systemMeaning(error, 'key')
  return meaning === undefined ? error : failure(meaning[0], action, key, meaning[1], error)
}

/** An obstacle at the place of the key, or of a key above it, is named by that key, which an adapter can replace. */
function reasonOf({ at, state, message }: Obstacle, key: Key | undefined): string | Reason {
  for (let above = key; above !== undefined && !above.isRoot; above = above.parent) {
    if (above.toString() === at) return reason`${above} ${state}`
  }
  return message
}
