import type { NodeChange } from '../../../ui/change-badge.tsx'
import { describeOption, formFields } from '../form/form-fields.ts'
import { memberOf, textOf } from '../json/json-tree.ts'
import type { PlacedProblem } from '../model/problems.ts'
import type { StackNode } from '../model/stack-node.ts'
import type { ComparedNode } from '../plan/draft-changes.ts'

/** One row of the tree. */
export interface Row {
  readonly node: StackNode
  /** 1 for the root. */
  readonly level: number
  /** Position among its siblings, from 1, and their number. */
  readonly position: number
  readonly size: number
  /** Absent for a node without children. */
  readonly isExpanded: boolean | undefined
}

/** The visible rows of a stack from top to bottom. */
export function visibleRows(root: StackNode | undefined, collapsed: ReadonlySet<string>): readonly Row[] {
  return root === undefined ? [] : rowsOf(root, { level: 1, position: 1, size: 1 }, collapsed)
}

function rowsOf(
  node: StackNode,
  place: Pick<Row, 'level' | 'position' | 'size'>,
  collapsed: ReadonlySet<string>,
): readonly Row[] {
  const { children } = node
  const isExpanded = children.length === 0 ? undefined : !collapsed.has(node.id)
  const row: Row = { node, ...place, isExpanded }
  if (isExpanded !== true) return [row]
  const below = children.flatMap((child, index) =>
    rowsOf(child, { level: place.level + 1, position: index + 1, size: children.length }, collapsed),
  )
  return [row, ...below]
}

/** A row as it is drawn: of a node, or where one was that the draft removes. */
export type DrawnRow =
  | (Row & {
      readonly type: 'node'
      /** Its index among the rows of nodes. */
      readonly index: number
      readonly change: NodeChange | undefined
      /** How many nodes change that are below it and hidden. */
      readonly hiddenChanges: number
    })
  | { readonly type: 'removed'; readonly node: StackNode; readonly level: number }

/** The visible rows with what the draft does to each node. Removed nodes cannot be reached by keyboard. */
export function comparedRows(rows: readonly Row[], compared: readonly ComparedNode[]): readonly DrawnRow[] {
  const places = new Map(rows.map((row, index) => [row.node, { row, index }]))
  const drawn: DrawnRow[] = []
  let hidden: { readonly at: number; readonly depth: number } | undefined
  for (const { node, depth, change } of compared) {
    if (hidden !== undefined && depth > hidden.depth) {
      const above = drawn[hidden.at]
      if (above?.type === 'node' && change !== undefined)
        drawn[hidden.at] = { ...above, hiddenChanges: above.hiddenChanges + 1 }
      continue
    }
    hidden = undefined
    const place = places.get(node)
    if (place === undefined) {
      drawn.push({ type: 'removed', node, level: depth + 1 })
      continue
    }
    if (place.row.isExpanded === false) hidden = { at: drawn.length, depth }
    drawn.push({ type: 'node', ...place.row, index: place.index, change, hiddenChanges: 0 })
  }
  return drawn
}

interface RowMarks {
  readonly errors: number
  readonly warnings: number
}

/** Counts the problems of each node; a collapsed node includes those of its descendants. */
export function rowMarks(problems: readonly PlacedProblem[]): {
  get(id: string, withHidden: boolean): RowMarks
} {
  const own = new Map<string, RowMarks>()
  const all = new Map<string, RowMarks>()
  for (const { node, severity } of problems) {
    if (node === undefined) continue
    count(own, node.id, severity)
    for (let above: StackNode | undefined = node; above !== undefined; above = above.slot?.parent)
      count(all, above.id, severity)
  }
  return { get: (id, withHidden) => (withHidden ? all : own).get(id) ?? NONE }
}

const NONE: RowMarks = { errors: 0, warnings: 0 }

function count(marks: Map<string, RowMarks>, id: string, severity: PlacedProblem['severity']): void {
  const { errors, warnings } = marks.get(id) ?? NONE
  marks.set(id, severity === 'error' ? { errors: errors + 1, warnings } : { errors, warnings: warnings + 1 })
}

/** What distinguishes a node from others: its key, its kind if it has a label, and its options. */
export function nodeDetail(node: StackNode, text: string): string {
  const { label, info, json, slot } = node
  const described = formFields(info).flatMap(field => {
    const value = memberOf(json, field.name)?.value
    if (value === undefined) return []
    const isFolder = field.control.type === 'text' && field.control.isFolder
    if (isFolder && value.type === 'string') return lastSegments(String(value.value))
    return describeOption(field, textOf(text, value))
  })
  const key = slot?.type === 'keyed' ? String(slot.step) : undefined
  const kindName = label === undefined || label === '' ? undefined : info?.label
  return [key, kindName, ...described].filter(part => part !== undefined && part !== '').join(' · ')
}

/** The last two segments of a path, in which sibling folders differ. */
function lastSegments(path: string): string {
  const end = /[^/\\]*[/\\][^/\\]+[/\\]*$/.exec(path)?.[0] ?? path
  return end.length < path.length - 1 ? `…/${end}` : path
}
