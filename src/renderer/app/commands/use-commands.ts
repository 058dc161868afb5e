import { useEffect, useEffectEvent } from 'react'
import type { HistoryState } from '../../../shared/procedures/history.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { MenuCommand } from '../../../shared/procedures/shell.ts'
import type { Client } from '../../api/client.ts'
import { isMacPlatform } from '../../ui/shortcut.tsx'
import { attempt } from '../actions/failures.ts'
import { useDialogs } from '../dialogs/dialog-store.ts'
import {
  type Services,
  useCurrentHistory,
  useCurrentSession,
  useServices,
  useSessions,
  useWorkspace,
} from '../services.ts'
import { type Subject, useAppStore } from '../state/app-store.ts'
import type { Tab } from '../tabs/tab.ts'
import { activeTab, type TabsState, visibleTabs } from '../tabs/tabs-model.ts'
import { type Command, commandForPress, isTextTarget, shownShortcut } from './command.ts'
import { fileCommands } from './file-commands.ts'
import { goCommands } from './go-commands.ts'
import { historyCommands } from './history-commands.ts'
import { keyCommands } from './key-commands.ts'
import { stackCommands } from './stack-commands.ts'
import { viewCommands } from './view-commands.ts'

/** All commands, in the order of the menus. */
export function useCommands(): readonly Command[] {
  const context = useCommandContext()
  return [fileCommands, historyCommands, keyCommands, viewCommands, goCommands, stackCommands].flatMap(
    commands => commands(context),
  )
}

/** The state that commands depend on. */
export interface CommandContext {
  readonly services: Services
  readonly sessions: readonly SessionInfo[]
  /** The session that is shown. */
  readonly session: SessionInfo | undefined
  readonly tabs: readonly Tab[]
  readonly tab: Tab | undefined
  readonly canReopen: boolean
  /** The key selected last, in the tree or by its tab. */
  readonly subject: Subject | undefined
  readonly theme: 'system' | 'light' | 'dark'
  /** What the session records and can undo. */
  readonly history: HistoryState | undefined
}

function useCommandContext(): CommandContext {
  const services = useServices()
  const sessions = useSessions()
  const session = useCurrentSession()
  const tabs = useAppStore(state => state.tabs)
  const subject = useAppStore(state => state.subject)
  const { theme } = useWorkspace().settings
  const history = useCurrentHistory()
  return {
    services,
    sessions,
    session,
    tabs: visibleTabs(tabs, session?.id),
    tab: activeTab(tabs, session?.id),
    canReopen: canReopen(tabs, session?.id),
    subject: subject?.session === session?.id ? subject : undefined,
    theme,
    history,
  }
}

function canReopen({ closed }: TabsState, session: string | undefined): boolean {
  return closed.some(tab => tab.session === session || tab.session === undefined)
}

/** Keeps Electron's menu in sync with the commands, and runs the chosen ones. */
export function useNativeMenu(client: Client, shell: 'electron' | 'web', commands: readonly Command[]): void {
  const invoke = useEffectEvent((id: string) => {
    const command = commands.find(other => other.id === id)
    if (command?.isEnabled === true) command.run()
  })
  useEffect(() => client.on('commandInvoked', ({ id }) => invoke(id)), [client])
  const menu = shell === 'electron' ? JSON.stringify(menuOf(commands)) : undefined
  useEffect(() => {
    if (menu === undefined) return
    const shown = JSON.parse(menu) as MenuCommand[]
    attempt(() => client.call('shell.setMenu', { commands: shown }))
  }, [client, menu])
}

function menuOf(commands: readonly Command[]): MenuCommand[] {
  return commands.flatMap(command => {
    const { id, title, menu, isEnabled } = command
    if (menu === undefined) return []
    // A menu takes its shortcuts before the page sees them, so those that a text field has for itself are left out.
    const shortcut = command.isOfText === true ? undefined : shownShortcut(command, 'electron')
    return [{ id, label: title, menu, isEnabled, ...(shortcut !== undefined && { shortcut }) }]
  })
}

/** Runs commands by their shortcuts, except for key presses that a widget has handled, and while a dialog is open. */
export function useShortcuts(commands: readonly Command[]): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const isTyping = isTextTarget(event.composedPath()[0])
    const command = commandForPress(commands, event, { isTyping, isMac: isMacPlatform() })
    if (command === undefined) return
    // Also for a disabled command: the browser must not print or save the page.
    event.preventDefault()
    if (command.isEnabled && useDialogs.getState().dialogs.length === 0) command.run()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => press(event)
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [])
}
