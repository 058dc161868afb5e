import { showToast } from '../../ui/toasts/toasts.tsx'
import { attempt } from '../actions/failures.ts'
import { levelText } from '../actions/key-actions.ts'
import { closeSession, newStack, openFolder, openSource, openStackFile } from '../actions/session-actions.ts'
import { closeTabs, tabActions } from '../actions/tab-commands.ts'
import { openDialog } from '../dialogs/dialog-store.ts'
import { canWriteTo } from '../services.ts'
import { changeTabs } from '../state/app-store.ts'
import { reopenTab } from '../tabs/tabs-model.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './use-commands.ts'

export function fileCommands(context: CommandContext): readonly Command[] {
  const { services, session, tab, subject } = context
  const canWrite = canWriteTo(session)
  const hasChanges = tab?.kind === 'key' && tab.isDirty
  return [
    {
      id: 'newKey',
      title: 'New key…',
      menu: 'File',
      shortcuts: ['CmdOrCtrl+N', 'Alt+N'],
      worksWhileTyping: true,
      isEnabled: canWrite,
      run() {
        if (session === undefined) return
        openDialog({ type: 'newKey', session: session.id, initial: levelText(levelOf(subject)) })
      },
    },
    {
      id: 'open',
      title: 'Open…',
      menu: 'File',
      shortcuts: ['Alt+Shift+O'],
      worksWhileTyping: true,
      isEnabled: true,
      run: () => openDialog({ type: 'open' }),
    },
    {
      id: 'openFolder',
      title: 'Open folder…',
      menu: 'File',
      shortcuts: ['CmdOrCtrl+O'],
      worksWhileTyping: true,
      isEnabled: true,
      run: () => attempt(() => openFolder(services)),
    },
    {
      id: 'openStackFile',
      title: 'Open stack file…',
      menu: 'File',
      shortcuts: ['CmdOrCtrl+Shift+O'],
      worksWhileTyping: true,
      isEnabled: true,
      run: () => attempt(() => openStackFile(services)),
    },
    {
      id: 'openSample',
      title: 'Open the sample',
      menu: 'File',
      isEnabled: true,
      run: () => attempt(() => openSource(services, { type: 'sample' })),
    },
    {
      id: 'newStack',
      title: 'New stack',
      menu: 'File',
      shortcuts: ['Alt+Shift+N'],
      worksWhileTyping: true,
      isEnabled: true,
      run: () => attempt(() => newStack(services)),
    },
    {
      id: 'putValue',
      title: 'Put value',
      menu: 'File',
      shortcuts: ['CmdOrCtrl+S'],
      worksWhileTyping: true,
      isEnabled: hasChanges && canWrite,
      run: () => attempt(async () => tabActions(tab?.id)?.put()),
    },
    {
      id: 'formatValue',
      title: 'Format value',
      menu: 'File',
      shortcuts: ['Alt+Shift+J'],
      worksWhileTyping: true,
      isEnabled: tab?.kind === 'key' && canWrite,
      run() {
        if (tabActions(tab?.id)?.format() !== true)
          showToast({ tone: 'info', message: 'Only valid JSON can be formatted' })
      },
    },
    {
      id: 'revertValue',
      title: 'Revert changes',
      menu: 'File',
      isEnabled: hasChanges,
      run: () => tabActions(tab?.id)?.revert(),
    },
    {
      id: 'closeTab',
      title: 'Close tab',
      menu: 'File',
      shortcuts: ['CmdOrCtrl+W', 'Alt+W'],
      worksWhileTyping: true,
      isEnabled: tab !== undefined,
      run: () => attempt(() => closeTabs(tab === undefined ? [] : [tab])),
    },
    {
      id: 'closeAllTabs',
      title: 'Close all tabs',
      isEnabled: context.tabs.length > 0,
      run: () => attempt(() => closeTabs(context.tabs)),
    },
    {
      id: 'reopenTab',
      title: 'Reopen closed tab',
      menu: 'File',
      shortcuts: ['CmdOrCtrl+Shift+T', 'Alt+Shift+T'],
      worksWhileTyping: true,
      isEnabled: context.canReopen,
      run: () => changeTabs(reopenTab),
    },
    {
      id: 'closeStack',
      title: 'Close stack',
      menu: 'File',
      isEnabled: session !== undefined,
      run() {
        if (session !== undefined) attempt(() => closeSession(services, session))
      },
    },
  ]
}

/** The likely level of a new key: the selected branch, or the level of the selected value. */
function levelOf(subject: CommandContext['subject']): string {
  if (subject === undefined) return '/'
  if (subject.row?.isBranch === true) return subject.key
  return subject.key.slice(0, subject.key.lastIndexOf('/')) || '/'
}
