import type { SessionInfo } from '../../../shared/procedures/sessions.ts'

/** Why nothing can be written through this session, or `undefined` when it can. */
export function readOnlyReason(session: Pick<SessionInfo, 'isReadOnly' | 'isWritable'>): string | undefined {
  if (!session.isWritable) return 'Read-only: this stack takes no writes'
  return session.isReadOnly ? 'Read-only: the stack is locked' : undefined
}
