import { Key } from '../../../core/key.ts'
import type { levelProcedures } from '../../../shared/procedures/levels.ts'
import type { HandlersOf } from '../calls/call.ts'
import type { HostParts } from '../host-parts.ts'

export function levelHandlers({ sessions }: HostParts): HandlersOf<typeof levelProcedures> {
  return {
    'levels.rows': ({ session, prefix, ...range }, { signal }) =>
      sessions.get(session).levels.rows(Key.parse(prefix), range, signal),
    'levels.find': ({ session, prefix, name }, { signal }) =>
      sessions.get(session).levels.find(Key.parse(prefix), name, signal),
    'levels.refresh': ({ session, prefix, deep = false }) => {
      sessions.get(session).levels.refresh(Key.parse(prefix), deep)
      return { done: true }
    },
  }
}
