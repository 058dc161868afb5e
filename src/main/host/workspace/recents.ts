import { createHash } from 'node:crypto'
import type { Source } from '../../../shared/procedures/sessions.ts'
import type { Recent } from '../../../shared/procedures/workspace.ts'

/** The maximum number of remembered stacks. */
const MAX_RECENTS = 20

/** The maximum number of characters of JSON of an unsaved stack that is remembered. */
const MAX_DOCUMENT = 256 * 1024

export type NewRecent = Omit<Recent, 'id' | 'openedAt' | 'environment'>

/** The recents with `opened` first; it replaces an earlier one of the same source. */
export function rememberRecent(recents: readonly Recent[], opened: NewRecent, now: number): Recent[] {
  const text = JSON.stringify(opened.source)
  if (text.length > MAX_DOCUMENT) return [...recents]
  const id = recentId(opened.source)
  const others = recents.filter(recent => recent.id !== id)
  return [{ ...opened, id, openedAt: now }, ...others].slice(0, MAX_RECENTS)
}

export function forgetRecent(recents: readonly Recent[], id: string): Recent[] {
  return recents.filter(recent => recent.id !== id)
}

/**
 * The id that the environment of a source is stored under. For a stack from a file it is the id of the file,
 * even if the document is not saved.
 */
export function environmentId(source: Source): string {
  const isOfFile = source.type === 'stackFile' || source.type === 'document'
  return recentId(isOfFile && source.path !== undefined ? { type: 'stackFile', path: source.path } : source)
}

/** The same source has the same id in every run. */
export function recentId(source: Source): string {
  return createHash('sha256').update(JSON.stringify(source)).digest('hex').slice(0, 16)
}
