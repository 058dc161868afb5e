import type { Row } from './visible-rows.ts'

export type TreeMove =
  | { readonly type: 'select'; readonly row: Row }
  | { readonly type: 'collapse' | 'expand'; readonly row: Row }
  | { readonly type: 'expandAll'; readonly rows: readonly Row[] }

/** Where a key leads in a tree (the ARIA pattern); undefined when it means nothing there. */
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

/** The next row after the current one whose name begins with what was typed. */
export function typeAhead(typed: string, names: readonly string[], current: number): number | undefined {
  const wanted = typed.toLowerCase()
  // A second letter may still mean the row that the first one led to.
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
