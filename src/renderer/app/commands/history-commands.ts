import type { HistoryState } from '../../../shared/procedures/history.ts'
import { formatBytes } from '../../ui/text/format.ts'
import { visibleText } from '../../ui/text/visible-name.ts'
import { attempt } from '../actions/failures.ts'
import { redo, switchHistory, undo } from '../actions/history-actions.ts'
import { showHistory } from '../actions/tab-commands.ts'
import { canWriteTo } from '../services.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './use-commands.ts'

/** Commands that take changes back, and show what was changed. */
export function historyCommands({ services, session, subject, history }: CommandContext): readonly Command[] {
  const canWrite = canWriteTo(session)
  // Until the host has reported its state, it decides what a key press does.
  const isUnknown = history === undefined
  return [
    {
      id: 'undo',
      title: history?.undo === undefined ? 'Undo' : `Undo ${visibleText(history.undo.title)}`,
      menu: 'Edit',
      shortcuts: ['CmdOrCtrl+Z'],
      isOfText: true,
      isEnabled: canWrite && (isUnknown || history.undo !== undefined),
      run() {
        if (session !== undefined) attempt(() => undo(services, session.id))
      },
    },
    {
      id: 'redo',
      title: history?.redo === undefined ? 'Redo' : `Redo ${visibleText(history.redo.title)}`,
      menu: 'Edit',
      shortcuts: ['CmdOrCtrl+Shift+Z', 'CmdOrCtrl+Y'],
      isOfText: true,
      isEnabled: canWrite && (isUnknown || history.redo !== undefined),
      run() {
        if (session !== undefined) attempt(() => redo(services, session.id))
      },
    },
    {
      id: 'showHistory',
      title: 'History of the key',
      menu: 'Go',
      shortcuts: ['Alt+H'],
      worksWhileTyping: true,
      isEnabled: subject !== undefined && subject.key !== '/',
      run() {
        if (subject !== undefined) showHistory(services, subject.session, subject.key)
      },
    },
    {
      id: 'switchHistory',
      title: history?.isOn === false ? 'Record changes' : `Stop recording changes…${takenText(history)}`,
      menu: 'Stack',
      isEnabled: session !== undefined && history !== undefined,
      run() {
        if (session !== undefined) attempt(() => switchHistory(services, session.id))
      },
    },
  ]
}

/** What the recorded changes take: ` (1.2 MiB)`. */
function takenText(history: HistoryState | undefined): string {
  return history === undefined || history.bytes === 0 ? '' : ` (${formatBytes(history.bytes)})`
}
