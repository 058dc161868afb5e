import { createHash } from 'node:crypto'
import type { Source } from '../../../shared/procedures/sessions.ts'
import type { Recent } from '../../../shared/procedures/workspace.ts'

/** Stacks that are remembered. */
const MAX_RECENTS = 20

/** Characters of JSON up to which a stack that was never saved is remembered. */
const MAX_DOCUMENT = 256 * 1024

export type NewRecent = Omit<Recent, 'id' | 'openedAt'>

/** The recents with `opened` first; it takes the place of an earlier one from the same source. */
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

/** The same source has the same id in every run. */
export function recentId(source: Source): string {
  return createHash('sha256').update(JSON.stringify(source)).digest('hex').slice(0, 16)
}
