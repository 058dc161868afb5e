import type { sessionProcedures } from '../../../shared/procedures/sessions.ts'
import type { HandlersOf } from '../calls/call.ts'
import type { HostParts } from '../host-parts.ts'

export function sessionHandlers({ sessions }: HostParts): HandlersOf<typeof sessionProcedures> {
  return {
    'sessions.open': ({ source, isReadOnly }) => sessions.open(source, isReadOnly),
    'sessions.list': () => ({ sessions: sessions.infos }),
    'sessions.close': async ({ session }) => {
      await sessions.close(session)
      return { done: true }
    },
    'sessions.setReadOnly': ({ session, isReadOnly }) => sessions.setReadOnly(session, isReadOnly),
    'sessions.apply': ({ session, document, discardMemory }) =>
      sessions.apply(session, document, discardMemory),
  }
}
