import type { RowModel } from '../model/row-model.ts'
import { ROW_HEIGHT } from './scroll-scale.ts'

/** Branches that stay in sight above the rows at most. */
export const MAX_STICKY = 5

/** The numbers of the branch rows that stay above, outermost first, when pixel `virtual` of the rows is at the top. */
export function stickyPath(model: RowModel, virtual: number): readonly number[] {
  const path: number[] = []
  while (path.length < MAX_STICKY) {
    const covered = Math.floor(virtual / ROW_HEIGHT) + path.length
    if (covered >= model.rows) break
    const branch = branchRows(model, covered)[path.length]
    if (branch === undefined || branch >= covered) break
    path.push(branch)
  }
  return path
}

/** The numbers of the rows of the branches that a row is in, outermost first. */
function branchRows(model: RowModel, row: number): readonly number[] {
  const rows: number[] = []
  for (let { level } = model.at(row); level.parent !== undefined; level = level.parent) {
    rows.unshift(model.rowOf({ level: level.parent, index: model.indexOf(level) }))
  }
  return rows
}
