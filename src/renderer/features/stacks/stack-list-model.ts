import type { SessionInfo, Source } from '../../../shared/procedures/sessions.ts'
import type { Recent } from '../../../shared/procedures/workspace.ts'
import { isSameSource } from './source-text.ts'

/** One line of the list of stacks: an open session, or one that was open before. */
export interface StackLine {
  readonly id: string
  readonly name: string
  readonly source: Source
  readonly isOpen: boolean
  readonly isReadOnly: boolean
}

/** Open sessions in their order, then recent stacks that are not open. */
export function stackLines(
  sessions: readonly SessionInfo[],
  recents: readonly Recent[],
): readonly StackLine[] {
  const open = sessions.map(({ id, name, source, isReadOnly }) => ({
    id,
    name,
    source,
    isOpen: true,
    isReadOnly,
  }))
  const others = recents.filter(recent => !sessions.some(({ source }) => isSameSource(source, recent.source)))
  const closed = others.map(({ id, name, source, isReadOnly }) => ({
    id,
    name,
    source,
    isOpen: false,
    isReadOnly,
  }))
  return [...open, ...closed]
}
