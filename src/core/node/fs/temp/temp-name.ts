import { nextOwnedName, ownerOf } from './owned-name.ts'
import { isRunning } from './process-identity.ts'

const EXTENSION = '.tmp'
/** A temporary file of a process that cannot be asked is left over when nobody wrote to it for a day. */
const LEFT_AFTER = 24 * 60 * 60 * 1000

/** A file name that nobody else uses, and that says whose it is. */
export function nextTempName(): string {
  return nextOwnedName(EXTENSION)
}

/**
 * Whether a temporary file belongs to nobody any more.
 * @param age Milliseconds since it was last written to.
 */
export function isLeftOver(name: string, age: number): boolean {
  const owner = ownerOf(name, EXTENSION)
  if (owner === undefined) return false
  const runs = isRunning(owner)
  return runs === undefined ? age > LEFT_AFTER : !runs
}
