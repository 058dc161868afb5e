import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { ContextMenu } from '../../ui/context-menu.tsx'
import { rowMenu } from './row-menu.ts'
import type { TreeActions } from './tree-actions.ts'
import { type TreeMode, without } from './tree-mode.ts'
import { toggleCompact, useTreeOptions } from './tree-options.ts'

export interface TreeOverlaysProps {
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
