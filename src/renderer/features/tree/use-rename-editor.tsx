import { type ReactNode, useEffect } from 'react'
import { childKey } from './model/level.ts'
import { RenameField } from './rename-field.tsx'
import { splitKey } from './source/key-set.ts'
import type { TreeActions } from './tree-actions.ts'
import { type Point, type TreeMode, without } from './tree-mode.ts'
import { keyOf } from './view/row-view.ts'

export interface RenameEditorOptions {
  readonly actions: TreeActions
  readonly mode: TreeMode
  readonly setMode: (change: TreeMode | ((mode: TreeMode) => TreeMode)) => void
  readonly focusTree: () => void
  /** Below the row that is renamed. */
  readonly belowRow: () => Point
}

/** What stands in the row that is renamed, while one is. */
export function useRenameEditor({
  actions,
  mode,
  setMode,
  focusTree,
  belowRow,
}: RenameEditorOptions): ReactNode {
  const { view } = actions
  const key = mode.type === 'rename' ? mode.key : undefined

  useEffect(() => {
    if (key === undefined) return
    return view.subscribe(() => {
      if (keyOf(view.focused) === key) return
      // The row is gone, and the field with it: the keyboard must not be left with nothing.
      focusTree()
      setMode(without('rename'))
    })
  })

  if (key === undefined) return undefined
  const { prefix, name } = splitKey(key)
  const rename = async (newName: string) => {
    const { focused } = view
    const to = childKey(prefix, newName)
    if (focused?.type !== 'key') return
    if (!focused.isBranch) return actions.rename(key, to)
    if (focused.isValue) setMode({ type: 'renameChoice', from: key, to, at: belowRow() })
    else actions.moveBranch(key, to)
  }
  return (
    <RenameField
      key={key}
      name={name}
      onRename={rename}
      onDone={isFocusKept => {
        if (isFocusKept) focusTree()
        setMode(without('rename'))
      }}
    />
  )
}
