import type { PlacedProblem } from '../model/problem-places.ts'
import type { StackNode } from '../model/stack-node.ts'

export interface RowMarks {
  readonly errors: number
  readonly warnings: number
}

/** How many problems each node has; a collapsed one also counts those of what it hides. */
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
