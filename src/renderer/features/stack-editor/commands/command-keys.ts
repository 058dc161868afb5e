import type { KeyboardEvent } from 'react'
import { isMacPlatform } from '../../../ui/platform.ts'
import { matchesShortcut, parseShortcut } from '../../../ui/shortcut.ts'
import type { EditorCommand, EditorCommands } from './use-commands.ts'

/**
 * Runs the command that a key stands for. To be asked before the text editor and the fields are, which would keep an
 * undo of their own.
 */
export function runByKey(commands: EditorCommands, event: KeyboardEvent): void {
  const isMac = isMacPlatform()
  const isMeant = ({ shortcuts }: EditorCommand) =>
    shortcuts.some(shortcut => matchesShortcut(parseShortcut(shortcut, isMac), event))
  const command = Object.values<EditorCommand>(commands).find(isMeant)
  if (command === undefined) return
  event.preventDefault()
  event.stopPropagation()
  if (command.isEnabled) command.run()
}
