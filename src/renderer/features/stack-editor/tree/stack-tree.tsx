import { type KeyboardEvent, useEffect, useId, useRef } from 'react'
import { select } from '../state/edit-actions.ts'
import { useEditor, useEditorState, useProblems } from '../state/editor-context.ts'
import { stackOf } from '../state/editor-store.ts'
import { useFocusRequest } from '../state/use-focus-request.ts'
import { setCollapsed } from './collapse.ts'
import type { MenuName } from './node-menu.ts'
import { nodeTitle } from './node-title.ts'
import { rowMarks } from './row-marks.ts'
import { StackRow } from './stack-row.tsx'
import styles from './stack-tree.module.css'
import { treeCommand } from './tree-command.ts'
import { treeMove } from './tree-keys.ts'
import { useTypeAhead } from './use-type-ahead.ts'
import { visibleRows } from './visible-rows.ts'

export interface StackTreeProps {
  readonly onMenu: (name: MenuName, anchor: Element | null) => void
}

/** The nodes of the stack as a tree; the selected one is where its keyboard is. */
export function StackTree({ onMenu }: StackTreeProps) {
  const { store } = useEditor()
  const tree = useRef<HTMLDivElement>(null)
  const id = useId()
  const root = useEditorState(stackOf)
  const collapsed = useEditorState(state => state.collapsed)
  const selected = useEditorState(state => state.draft.selected)
  const text = useEditorState(state => state.draft.good?.text ?? '')
  const isBroken = useEditorState(state => state.draft.error !== undefined)
  const marks = rowMarks(useProblems())
  const rows = visibleRows(root, collapsed)
  const current = rows.findIndex(({ node }) => String(node.path) === String(selected))
  const findTyped = useTypeAhead()
  const activeRow = () => tree.current?.querySelector('[aria-selected="true"]') ?? null

  useFocusRequest(request => {
    if (request.to === 'tree') tree.current?.focus()
    return request.to === 'tree'
  })
  useEffect(() => {
    tree.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [current])

  const onKeyDown = (event: KeyboardEvent) => {
    const command = treeCommand(event)
    const row = rows[current]
    if (command !== undefined && row !== undefined) {
      event.preventDefault()
      command.run({ store, node: row.node, openMenu: name => onMenu(name, activeRow()) })
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const move = treeMove(event.key, rows, current)
    if (move !== undefined) {
      event.preventDefault()
      if (move.type === 'select') select(store, move.row.node.path)
      else if (move.type === 'expandAll')
        setCollapsed(
          store,
          move.rows.map(found => found.node.id),
          false,
        )
      else setCollapsed(store, [move.row.node.id], move.type === 'collapse')
      return
    }
    const found =
      rows[
        findTyped(
          event.key,
          rows.map(({ node }) => nodeTitle(node)),
          current,
        ) ?? -1
      ]
    if (found !== undefined) select(store, found.node.path)
  }

  return (
    <div
      ref={tree}
      role="tree"
      tabIndex={0}
      aria-label="Stack"
      data-broken={isBroken}
      aria-activedescendant={current < 0 ? undefined : `${id}-${current}`}
      className={styles['tree']}
      onKeyDown={onKeyDown}
    >
      {rows.map((row, index) => (
        <StackRow
          key={row.node.id}
          id={`${id}-${index}`}
          row={row}
          text={text}
          marks={marks.get(row.node.id, row.isExpanded === false)}
          isSelected={index === current}
          onSelect={() => select(store, row.node.path)}
          onToggle={() => setCollapsed(store, [row.node.id], row.isExpanded === true)}
          onMenu={anchor => {
            select(store, row.node.path)
            onMenu('node', anchor)
          }}
        />
      ))}
    </div>
  )
}
