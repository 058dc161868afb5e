import { ENVIRONMENTS } from '../../../shared/contract-constants.ts'
import { LOCK_SHORTCUT } from '../../ui/text/write-lock.ts'
import { setEnvironment } from '../actions/environment-actions.ts'
import { attempt } from '../actions/failures.ts'
import { editStack, showSession, toggleReadOnly } from '../actions/session-actions.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './use-commands.ts'

export function stackCommands({ services, session, sessions }: CommandContext): readonly Command[] {
  return [
    {
      id: 'editStack',
      title: 'Edit stack',
      menu: 'Stack',
      shortcuts: ['CmdOrCtrl+E'],
      worksWhileTyping: true,
      isEnabled: session !== undefined,
      run() {
        if (session !== undefined) editStack(session)
      },
    },
    {
      id: 'toggleReadOnly',
      title: session?.isReadOnly === true ? 'Unlock: allow writing' : 'Lock: read-only',
      menu: 'Stack',
      shortcuts: [LOCK_SHORTCUT],
      worksWhileTyping: true,
      isEnabled: session !== undefined,
      run() {
        if (session !== undefined) attempt(() => toggleReadOnly(services, session))
      },
    },
    ...ENVIRONMENTS.map(
      (environment): Command => ({
        id: `environment.${environment}`,
        title: `Mark the stack as ${environment}`,
        menu: 'Stack',
        isEnabled: session !== undefined && session.environment !== environment,
        run() {
          if (session !== undefined) attempt(() => setEnvironment(services, session, environment))
        },
      }),
    ),
    ...sessions
      .filter(other => other.id !== session?.id)
      .map(other => ({
        id: `show.${other.id}`,
        title: `Switch to ${other.name}`,
        isEnabled: true,
        run: () => showSession(services, other),
      })),
  ]
}
