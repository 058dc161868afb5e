import { type KeyboardEvent, useRef } from 'react'
import { isMacPlatform, matchesShortcut, parseShortcut } from '../../../ui/shortcut.tsx'
import { isPrefix, parsePath } from '../json/json-tree.ts'
import { nodeOf, type StackNode } from '../model/stack-node.ts'
import { NODE_COMMANDS } from '../operations/node-commands.ts'
import { select } from '../state/edit-actions.ts'
import { type EditorStore, focusOn, stackOf } from '../state/editor-store.ts'
import { type MenuName, runCommand } from './node-menu.ts'
import type { Row } from './tree-rows.ts'

type TreeMove =
  | { readonly type: 'select'; readonly row: Row }
  | { readonly type: 'collapse' | 'expand'; readonly row: Row }
  | { readonly type: 'expandAll'; readonly rows: readonly Row[] }

/** The movement of a key press in a tree, by the ARIA pattern; undefined for other keys. */
export function treeMove(key: string, rows: readonly Row[], current: number): TreeMove | undefined {
  const row = rows[current]
  if (row === undefined) return undefined
  switch (key) {
    case 'ArrowDown':
      return selectRow(rows[current + 1])
    case 'ArrowUp':
      return selectRow(rows[current - 1])
    case 'Home':
      return selectRow(rows[0])
    case 'End':
      return selectRow(rows.at(-1))
    case 'ArrowRight':
      return row.isExpanded === false ? { type: 'expand', row } : selectRow(childRow(rows, current))
    case 'ArrowLeft':
      return row.isExpanded === true ? { type: 'collapse', row } : selectRow(parentRow(rows, current))
    case '*':
      return { type: 'expandAll', rows: rows.filter(({ level }) => level === row.level) }
    default:
      return undefined
  }
}

/** The next row whose name begins with the typed text. */
export function typeAhead(typed: string, names: readonly string[], current: number): number | undefined {
  const wanted = typed.toLowerCase()
  // After a second letter, the row found by the first one may still match.
  const start = typed.length > 1 ? current : current + 1
  for (let step = 0; step < names.length; step++) {
    const index = (start + step) % names.length
    if (names[index]?.toLowerCase().startsWith(wanted) === true) return index
  }
  return undefined
}

function selectRow(row: Row | undefined): TreeMove | undefined {
  return row && { type: 'select', row }
}

function childRow(rows: readonly Row[], current: number): Row | undefined {
  const [row, next] = [rows[current], rows[current + 1]]
  return row !== undefined && next !== undefined && next.level > row.level ? next : undefined
}

function parentRow(rows: readonly Row[], current: number): Row | undefined {
  const level = rows[current]?.level ?? 0
  return rows.slice(0, current).findLast(row => row.level < level)
}

/** Longest pause between letters of one search text, in milliseconds. */
const PAUSE_MS = 700

/** Joins letters typed in quick succession and finds the row whose name begins with them. */
export function useTypeAhead() {
  const typed = useRef({ text: '', at: 0 })
  return (key: string, names: readonly string[], current: number): number | undefined => {
    if (!/^\S$/u.test(key)) return undefined
    const now = performance.now()
    const isRun = now - typed.current.at < PAUSE_MS
    typed.current = { text: isRun ? typed.current.text + key : key, at: now }
    return typeAhead(typed.current.text, names, current)
  }
}

interface TreeCommandContext {
  readonly store: EditorStore
  readonly node: StackNode
  readonly openMenu: (name: MenuName) => void
}

interface TreeCommand {
  readonly run: (context: TreeCommandContext) => void
}

/** The command of a key press for the selected node; undefined for keys that move between rows. */
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

/** Collapses or expands nodes. If the selected node becomes hidden, its collapsed ancestor is selected. */
export function setCollapsed(store: EditorStore, ids: readonly string[], isCollapsed: boolean): void {
  const collapsed = new Set(store.getState().collapsed)
  for (const id of ids) {
    if (isCollapsed) collapsed.add(id)
    else collapsed.delete(id)
  }
  store.setState({ collapsed })
  const { draft } = store.getState()
  const hiding = isCollapsed
    ? ids.map(parsePath).find(path => path.length < draft.selected.length && isPrefix(path, draft.selected))
    : undefined
  const node = hiding && nodeOf(stackOf(store.getState()), hiding)
  if (node !== undefined) select(store, node.path)
}

export function toggleCollapsed(store: EditorStore, id: string): void {
  setCollapsed(store, [id], !store.getState().collapsed.has(id))
}
