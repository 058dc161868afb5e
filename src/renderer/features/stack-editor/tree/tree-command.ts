import type { KeyboardEvent } from 'react'
import { isMacPlatform } from '../../../ui/platform.ts'
import { matchesShortcut, parseShortcut } from '../../../ui/shortcut.ts'
import type { StackNode } from '../model/stack-node.ts'
import { NODE_COMMANDS } from '../operations/node-commands.ts'
import type { EditorStore } from '../state/editor-store.ts'
import { focusOn } from '../state/focus-on.ts'
import { runCommand } from './choose-entry.ts'
import type { MenuName } from './node-menu.ts'

interface TreeCommandContext {
  readonly store: EditorStore
  readonly node: StackNode
  readonly openMenu: (name: MenuName) => void
}

export interface TreeCommand {
  readonly run: (context: TreeCommandContext) => void
}

/** What a key does to the selected node; undefined for keys that only lead from row to row. */
export function treeCommand(event: KeyboardEvent): TreeCommand | undefined {
  const { key } = event
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
  if (isPlain && (key === '+' || key === 'Insert')) return { run: ({ openMenu }) => openMenu('add') }
  if (key === 'ContextMenu' || (key === 'F10' && event.shiftKey))
    return { run: ({ openMenu }) => openMenu('node') }
  if (isPlain && key === 'Enter') return focusField('kind')
  if (isPlain && key === 'F2') return focusField('label')
  const isMac = isMacPlatform()
  const command = NODE_COMMANDS.find(
    ({ shortcut }) => shortcut !== undefined && matchesShortcut(parseShortcut(shortcut, isMac), event),
  )
  const id = command?.id ?? (isPlain && key === 'Backspace' ? 'remove' : undefined)
  return id && { run: ({ store, node }) => runCommand(store, node, id) }
}

function focusField(name: string): TreeCommand {
  return { run: ({ store }) => focusOn(store, { to: 'field', name }) }
}
