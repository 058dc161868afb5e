import { attempt } from '../actions/failures.ts'
import { copyText, requestDelete } from '../actions/key-actions.ts'
import { openDialog } from '../dialogs/dialog-store.ts'
import { canWriteTo } from '../services.ts'
import { renameInTree } from '../state/app-store.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './use-commands.ts'

/** Commands for the key selected last. */
export function keyCommands({ services, session, subject }: CommandContext): readonly Command[] {
  const canWrite = canWriteTo(session) && subject !== undefined
  const row = subject?.row ?? { isValue: true, isBranch: false }
  return [
    {
      id: 'renameKey',
      title: 'Rename key…',
      menu: 'Edit',
      shortcuts: ['F2'],
      worksWhileTyping: true,
      isEnabled: canWrite && subject.key !== '/',
      run() {
        if (subject !== undefined) renameInTree(subject.session, subject.key)
      },
    },
    {
      id: 'moveBranch',
      title: 'Move branch…',
      menu: 'Edit',
      isEnabled: canWrite && row.isBranch && subject.key !== '/',
      run() {
        if (subject !== undefined) openDialog({ type: 'rename', ...place(subject), isBranch: true })
      },
    },
    {
      id: 'deleteKey',
      title: 'Delete key…',
      menu: 'Edit',
      isEnabled: canWrite && subject.key !== '/',
      run() {
        if (subject !== undefined) attempt(() => requestDelete(services, { ...place(subject), ...row }))
      },
    },
    {
      id: 'copyKey',
      title: 'Copy key',
      menu: 'Edit',
      isEnabled: subject !== undefined,
      run() {
        if (subject !== undefined) attempt(() => copyText(services, subject.key, `"${subject.key}"`))
      },
    },
  ]
}

function place({ session, key }: { readonly session: string; readonly key: string }) {
  return { session, key }
}
