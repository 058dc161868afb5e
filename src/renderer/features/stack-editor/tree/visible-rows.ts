import type { StackNode } from '../model/stack-node.ts'

/** One row of the tree. */
export interface Row {
  readonly node: StackNode
  /** 1 for the root. */
  readonly level: number
  /** Its place among its siblings, from 1, and their number. */
  readonly position: number
  readonly size: number
  /** Absent for a node without children. */
  readonly isExpanded: boolean | undefined
}

/** The rows of a stack from top to bottom, without what is in collapsed nodes. */
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
