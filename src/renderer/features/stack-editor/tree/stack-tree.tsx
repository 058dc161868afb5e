import { ChevronDown, ChevronRight, CircleAlert, TriangleAlert } from 'lucide-react'
import { type KeyboardEvent, memo, useCallback, useEffect, useId, useMemo, useRef } from 'react'
import { ChangeBadge, type NodeChange } from '../../../ui/change-badge.tsx'
import { KindIcon } from '../../../ui/kind-icon.tsx'
import { parsePath } from '../json/json-tree.ts'
import { nodeTitle, type StackNode } from '../model/stack-node.ts'
import { compareNodes } from '../plan/draft-changes.ts'
import { select } from '../state/edit-actions.ts'
import { useEditor, useEditorState, useFocusRequest, useProblems } from '../state/editor-context.ts'
import { runningStackOf, stackOf } from '../state/editor-store.ts'
import type { MenuName } from './node-menu.ts'
import styles from './stack-tree.module.css'
import { setCollapsed, toggleCollapsed, treeCommand, treeMove, useTypeAhead } from './tree-keys.ts'
import { comparedRows, nodeDetail, rowMarks, visibleRows } from './tree-rows.ts'

interface StackTreeProps {
  readonly onMenu: (name: MenuName, at: Point) => void
}

/** The nodes of the stack as a tree. The selected node is the active one. */
export function StackTree({ onMenu }: StackTreeProps) {
  const { store } = useEditor()
  const tree = useRef<HTMLDivElement>(null)
  const id = useId()
  const root = useEditorState(stackOf)
  const collapsed = useEditorState(state => state.collapsed)
  const selected = useEditorState(state => state.draft.selected)
  const text = useEditorState(state => state.draft.valid?.text ?? '')
  const isBroken = useEditorState(state => state.draft.error !== undefined)
  const marks = rowMarks(useProblems())
  const rows = visibleRows(root, collapsed)
  const running = useEditorState(runningStackOf)
  const compared = useMemo(() => (root === undefined ? [] : compareNodes(root, running)), [root, running])
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
      {comparedRows(rows, compared).map(row => {
        const { node, level } = row
        if (row.type === 'removed') return <RemovedRow key={`removed ${node.id}`} node={node} level={level} />
        return (
          <StackRow
            key={node.id}
            id={`${id}-${row.index}`}
            nodeId={node.id}
            title={nodeTitle(node)}
            detail={nodeDetail(node, text)}
            help={node.info?.help}
            kind={node.kind ?? ''}
            level={level}
            position={row.position}
            size={row.size}
            isExpanded={row.isExpanded}
            isSelected={row.index === current}
            change={row.change}
            hiddenChanges={row.hiddenChanges}
            onAct={onAct}
            {...marks.get(node.id, row.isExpanded === false)}
          />
        )
      })}
    </div>
  )
}

/** A pointer action on a row. */
type RowAction = { readonly type: 'select' | 'toggle' } | { readonly type: 'menu'; readonly at: Point }

interface StackRowProps {
  readonly id: string
  readonly nodeId: string
  readonly title: string
  readonly detail: string
  readonly help: string | undefined
  readonly kind: string
  readonly level: number
  readonly position: number
  readonly size: number
  readonly isExpanded: boolean | undefined
  readonly isSelected: boolean
  readonly errors: number
  readonly warnings: number
  readonly change: NodeChange | undefined
  readonly hiddenChanges: number
  /** Must be stable, so that an edit re-renders only the rows that change. */
  readonly onAct: (nodeId: string, action: RowAction) => void
}

const StackRow = memo(function StackRow(props: StackRowProps) {
  const { nodeId, title, detail, level, isExpanded, onAct } = props
  const Chevron = isExpanded === true ? ChevronDown : ChevronRight
  return (
    <div
      id={props.id}
      role="treeitem"
      aria-level={level}
      aria-posinset={props.position}
      aria-setsize={props.size}
      aria-selected={props.isSelected}
      {...(isExpanded !== undefined && { 'aria-expanded': isExpanded })}
      className={styles['row']}
      style={{ paddingLeft: indentOf(level) }}
      title={props.help}
      onClick={() => onAct(nodeId, { type: 'select' })}
      onContextMenu={event => {
        event.preventDefault()
        onAct(nodeId, { type: 'menu', at: { x: event.clientX, y: event.clientY } })
      }}
    >
      <span
        className={styles['chevron']}
        onClick={event => {
          event.stopPropagation()
          onAct(nodeId, { type: 'toggle' })
        }}
      >
        {isExpanded !== undefined && <Chevron size={14} aria-hidden />}
      </span>
      <span className={styles['icon']}>
        <KindIcon kind={props.kind} size={14} />
      </span>
      <span className={styles['title']}>{title}</span>
      {detail !== '' && <span className={styles['detail']}>{detail}</span>}
      <span className={styles['marks']}>
        <Change change={props.change} hidden={props.hiddenChanges} />
        <Marks errors={props.errors} warnings={props.warnings} />
      </span>
    </div>
  )
})

/** Where a node was that the draft removes. There is nothing to do with it but to undo that. */
function RemovedRow({ node, level }: { readonly node: StackNode; readonly level: number }) {
  return (
    <div
      role="treeitem"
      aria-level={level}
      aria-disabled
      className={styles['row']}
      style={{ paddingLeft: indentOf(level) }}
      title="Undo or Revert brings it back"
    >
      <span className={styles['chevron']} />
      <span className={styles['icon']}>
        <KindIcon kind={node.kind ?? ''} size={14} />
      </span>
      <s className={styles['gone']}>{nodeTitle(node)}</s>
      <span className={styles['marks']}>
        <Change change="removed" hidden={0} />
      </span>
    </div>
  )
}

/** What the draft does to a node, or to nodes that are hidden below it. */
function Change({ change, hidden }: { readonly change: NodeChange | undefined; readonly hidden: number }) {
  return (
    <>
      {change !== undefined && <ChangeBadge change={change} />}
      {hidden > 0 && <ChangeBadge change="changed">{hidden} below</ChangeBadge>}
    </>
  )
}

function indentOf(level: number): string {
  return `${4 + (level - 1) * 14}px`
}

function Marks({ errors, warnings }: Pick<StackRowProps, 'errors' | 'warnings'>) {
  const count = errors + warnings
  if (count === 0) return null
  const Icon = errors > 0 ? CircleAlert : TriangleAlert
  return (
    <span className={errors > 0 ? styles['errors'] : styles['warnings']}>
      <Icon size={13} aria-hidden />
      {count}
      <span className="visually-hidden">{count === 1 ? ' problem' : ' problems'}</span>
    </span>
  )
}

/** A position in the window, in pixels. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** The position of a menu below an element. */
export function below(element: Element): Point {
  const { left, bottom } = element.getBoundingClientRect()
  return { x: left, y: bottom }
}
