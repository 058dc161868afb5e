import { type KeyboardEvent, useCallback, useEffect, useId, useRef } from 'react'
import { parsePath } from '../json/json-path.ts'
import { select } from '../state/edit-actions.ts'
import { useEditor, useEditorState, useProblems } from '../state/editor-context.ts'
import { stackOf } from '../state/editor-store.ts'
import { useFocusRequest } from '../state/use-focus-request.ts'
import { setCollapsed, toggleCollapsed } from './collapse.ts'
import type { MenuName } from './node-menu.ts'
import { nodeDetail, nodeTitle } from './node-title.ts'
import { below, type Point } from './point.ts'
import { rowMarks } from './row-marks.ts'
import { type RowAction, StackRow } from './stack-row.tsx'
import styles from './stack-tree.module.css'
import { treeCommand } from './tree-command.ts'
import { treeMove } from './tree-keys.ts'
import { useTypeAhead } from './use-type-ahead.ts'
import { visibleRows } from './visible-rows.ts'

export interface StackTreeProps {
  readonly onMenu: (name: MenuName, at: Point) => void
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
  const openMenu = (name: MenuName) => {
    const active = tree.current?.querySelector('[aria-selected="true"]')
    if (active) onMenu(name, below(active))
  }

  const onAct = useCallback(
    (nodeId: string, action: RowAction) => {
      const path = parsePath(nodeId)
      if (action.type === 'toggle') toggleCollapsed(store, nodeId)
      else select(store, path)
      if (action.type === 'menu') onMenu('node', action.at)
    },
    [store, onMenu],
  )

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
      command.run({ store, node: row.node, openMenu })
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
      {rows.map(({ node, isExpanded, ...place }, index) => (
        <StackRow
          key={node.id}
          id={`${id}-${index}`}
          nodeId={node.id}
          title={nodeTitle(node)}
          detail={nodeDetail(node, text)}
          help={node.info?.help}
          takesChildren={node.info?.childrenField !== undefined}
          isExpanded={isExpanded}
          isSelected={index === current}
          onAct={onAct}
          {...place}
          {...marks.get(node.id, isExpanded === false)}
        />
      ))}
    </div>
  )
}
