import type { MenuEntry, MenuGroup } from '../../ui/menu.tsx'
import { isMacPlatform } from '../../ui/platform.ts'
import { formatShortcut } from '../../ui/shortcut.ts'
import type { RowView } from './view/row-view.ts'

export interface RowMenuState {
  readonly isReadOnly: boolean
  readonly isCompact: boolean
}

/** What can be done with a row, or with the tree where there is none. Ids are the commands of `TreeOverlays`. */
export function rowMenu(row: RowView | undefined, { isReadOnly, isCompact }: RowMenuState): MenuGroup[] {
  const key = row?.type === 'key' ? row : undefined
  const held = (shortcut: string) => formatShortcut(shortcut, isMacPlatform())
  const open: MenuEntry[] = []
  if (key?.isValue === true) open.push({ id: 'open', label: 'Open', shortcut: held('Enter') })
  if (key?.isBranch === true) {
    open.push({ id: 'openBranch', label: 'Open as branch', shortcut: held('Alt+Enter') })
  }
  const change: MenuEntry[] = [{ id: 'newKey', label: 'New key here…', isDisabled: isReadOnly }]
  const look: MenuEntry[] = [
    { id: 'refresh', label: 'Refresh' },
    { id: 'jump', label: 'Jump to name…', shortcut: '/' },
    { id: 'goToKey', label: 'Go to key…', shortcut: held('CmdOrCtrl+P') },
    { id: 'compact', label: isCompact ? 'Show every branch on its own row' : 'Join single-child branches' },
  ]
  const remove: MenuEntry[] = []
  if (key !== undefined) {
    change.push({ id: 'rename', label: 'Rename…', shortcut: held('F2'), isDisabled: isReadOnly })
    change.push({ id: 'copyKey', label: 'Copy key', shortcut: held('CmdOrCtrl+C') })
    remove.push({
      id: 'delete',
      label: 'Delete…',
      shortcut: held('Delete'),
      isDisabled: isReadOnly,
      isDangerous: true,
    })
  }
  if (key?.isBranch === true) look.unshift({ id: 'count', label: 'Count keys below' })
  return [
    { id: 'Open', entries: open },
    { id: 'Change', entries: change },
    { id: 'Look', entries: look },
    { id: 'Remove', entries: remove },
  ]
}
