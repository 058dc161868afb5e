import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { BadInputError } from '../calls/bad-input.ts'

/** The absolute path of what a person typed: `~` is their home, and so is where relative paths start. */
export function expandPath(typed: string): string {
  if (typed.includes('\0')) throw new BadInputError('A path cannot hold a NUL character')
  const rest = typed === '~' ? '' : /^~[/\\]/.test(typed) ? typed.slice(2) : typed
  return resolve(homedir(), rest)
}
