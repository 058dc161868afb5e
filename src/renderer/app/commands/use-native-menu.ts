import { useEffect, useEffectEvent } from 'react'
import type { MenuCommand } from '../../../shared/procedures/shell.ts'
import type { Client } from '../../api/client.ts'
import { attempt } from '../actions/failures.ts'
import { type Command, shownShortcut } from './command.ts'

/** Keeps Electron's menu like the commands, and runs what is chosen there. A browser has no such menu. */
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
    const shortcut = shownShortcut(command, 'electron')
    return [{ id, label: title, menu, isEnabled, ...(shortcut !== undefined && { shortcut }) }]
  })
}
