import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { ManyKeyAction } from '../../ui/keys/chosen-keys.ts'
import { ContextMenu, type MenuEntry, type MenuGroup } from '../../ui/menu.tsx'
import { formatShortcut, isMacPlatform } from '../../ui/shortcut.tsx'
import { formatNumber } from '../../ui/text/format.ts'
import { noWritesReason } from '../../ui/text/write-lock.ts'
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
    count: () => void (row?.type === 'key' && actions.count(row.key)),
    refresh: () => actions.refresh(isOfRow ? actions.view.focusRow : undefined),
    jump: () => setMode({ type: 'jump' }),
    goToKey: () => actions.goToKey(),
    query: () => actions.query(row),
    compact: toggleCompact,
    delete: () => (actions.view.chosen.isEmpty ? actions.delete(row) : actions.many('delete', row)),
    copyKey: () => actions.many('copyText', row),
    ...Object.fromEntries(MANY.map(action => [`many-${action}`, () => actions.many(action, row)])),
  }
  const { chosen } = actions.view
  const isReadOnly = noWritesReason(session) !== undefined
  return (
    <ContextMenu
      label={
        !chosen.isEmpty
          ? `Actions for ${formatNumber(chosen.count)} keys`
          : row?.type === 'key'
            ? `Actions for ${row.name}`
            : 'Actions for the tree'
      }
      at={mode.at}
      groups={chosen.isEmpty ? rowMenu(row, { isReadOnly, isCompact }) : chosenMenu(chosen.count, isReadOnly)}
      onClose={() => setMode(without('menu'))}
      onChoose={id => commands[id]?.()}
    />
  )
}

const MANY: readonly ManyKeyAction[] = [
  'copy',
  'copyText',
  'copyValues',
  'cut',
  'paste',
  'duplicate',
  'move',
  'rename',
  'delete',
]

/** What can be done to one key and to many. */
function manyEntries(isReadOnly: boolean): MenuEntry[] {
  const held = (shortcut: string) => formatShortcut(shortcut, isMacPlatform())
  const isDisabled = isReadOnly
  return [
    { id: 'many-duplicate', label: 'Duplicate', shortcut: held('CmdOrCtrl+D'), isDisabled },
    { id: 'many-copy', label: 'Copy', shortcut: held('CmdOrCtrl+C') },
    { id: 'many-cut', label: 'Cut', shortcut: held('CmdOrCtrl+X'), isDisabled },
    { id: 'many-paste', label: 'Paste', shortcut: held('CmdOrCtrl+V'), isDisabled },
    { id: 'many-move', label: 'Move to…', shortcut: held('CmdOrCtrl+Shift+M'), isDisabled },
    { id: 'many-copyValues', label: 'Copy values as JSON' },
  ]
}

/** The menu of several keys. */
function chosenMenu(count: number, isReadOnly: boolean): MenuGroup[] {
  const held = (shortcut: string) => formatShortcut(shortcut, isMacPlatform())
  const rename = {
    id: 'many-rename',
    label: 'Rename by pattern…',
    shortcut: held('F2'),
    isDisabled: isReadOnly,
  }
  const text = { id: 'many-copyText', label: 'Copy keys as text', shortcut: held('CmdOrCtrl+Shift+C') }
  const remove: MenuEntry = {
    id: 'many-delete',
    label: `Delete ${formatNumber(count)} keys`,
    shortcut: held('Delete'),
    isDisabled: isReadOnly,
    isDangerous: true,
  }
  return [
    {
      id: 'Change',
      title: `${formatNumber(count)} keys and what is below them`,
      entries: [rename, ...manyEntries(isReadOnly), text],
    },
    { id: 'Remove', entries: [remove] },
  ]
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
  const view: MenuEntry[] = [
    { id: 'refresh', label: 'Refresh' },
    { id: 'jump', label: 'Jump to name…', shortcut: '/' },
    { id: 'goToKey', label: 'Go to key…', shortcut: held('CmdOrCtrl+P') },
    { id: 'compact', label: isCompact ? 'Show every branch on its own row' : 'Join single-child branches' },
  ]
  const remove: MenuEntry[] = []
  if (key !== undefined) {
    change.push({ id: 'rename', label: 'Rename…', shortcut: held('F2'), isDisabled: isReadOnly })
    change.push(...manyEntries(isReadOnly))
    change.push({ id: 'copyKey', label: 'Copy key', shortcut: held('CmdOrCtrl+Shift+C') })
    remove.push({
      id: 'delete',
      label: 'Delete…',
      shortcut: held('Delete'),
      isDisabled: isReadOnly,
      isDangerous: true,
    })
  }
  if (key?.isBranch === true)
    view.unshift({ id: 'query', label: 'Search in this branch…' }, { id: 'count', label: 'Count keys below' })
  return [
    { id: 'Open', entries: open },
    { id: 'Change', entries: change },
    { id: 'Look', entries: view },
    { id: 'Remove', entries: remove },
  ]
}
