import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { ContextMenu, type MenuEntry, type MenuGroup } from '../../ui/menu.tsx'
import { formatShortcut, isMacPlatform } from '../../ui/shortcut.tsx'
import type { TreeActions } from './tree-actions.ts'
import { type TreeMode, without } from './use-tree-input.ts'
import type { RowView } from './view/row-view.ts'
import { toggleCompact, useTreeOptions } from './view/tree-memory.ts'

interface TreeOverlaysProps {
  readonly actions: TreeActions
  readonly session: SessionInfo
  readonly mode: TreeMode
  readonly setMode: (change: TreeMode | ((mode: TreeMode) => TreeMode)) => void
}

/** The menus above the tree. */
export function TreeOverlays({ actions, session, mode, setMode }: TreeOverlaysProps) {
  const isCompact = useTreeOptions(options => options.isCompact)
  if (mode.type === 'renameChoice') {
    const { from, to, at } = mode
    return (
      <ContextMenu
        label="What takes the new name"
        at={at}
        groups={[
          {
            id: 'What takes the new name',
            entries: [
              { id: 'value', label: 'Rename the value alone' },
              { id: 'branch', label: 'Move the value and all keys below it' },
            ],
          },
        ]}
        onClose={() => setMode(without('renameChoice'))}
        onChoose={id => {
          if (id === 'value') void actions.tryRename(from, to)
          else actions.moveBranch(from, to)
        }}
      />
    )
  }
  if (mode.type !== 'menu') return null
  const isOfRow = mode.about === 'row'
  const row = isOfRow ? actions.view.focused : undefined
  const commands: Readonly<Record<string, () => void>> = {
    open: () => row && actions.activate(row, 'any', false),
    openBranch: () => row && actions.activate(row, 'branch', false),
    newKey: () => actions.newKey(row),
    rename: () => {
      if (row?.type === 'key') setMode({ type: 'rename', key: row.key })
    },
    copyKey: () => actions.copyKey(row),
    count: () => void (row?.type === 'key' && actions.count(row.key)),
    refresh: () => actions.refresh(isOfRow ? actions.view.focusRow : undefined),
    jump: () => setMode({ type: 'jump' }),
    goToKey: () => actions.goToKey(),
    compact: toggleCompact,
    delete: () => actions.delete(row),
  }
  return (
    <ContextMenu
      label={row?.type === 'key' ? `Actions for ${row.name}` : 'Actions for the tree'}
      at={mode.at}
      groups={rowMenu(row, { isReadOnly: session.isReadOnly, isCompact })}
      onClose={() => setMode(without('menu'))}
      onChoose={id => commands[id]?.()}
    />
  )
}

interface RowMenuState {
  readonly isReadOnly: boolean
  readonly isCompact: boolean
}

/** The menu entries of a row, or of the tree if there is no row. Ids are the commands of `TreeOverlays`. */
function rowMenu(row: RowView | undefined, { isReadOnly, isCompact }: RowMenuState): MenuGroup[] {
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
