import type { ReactNode } from 'react'
import { TreeRow } from './tree-row.tsx'
import { ROW_HEIGHT } from './view/scroll-scale.ts'
import type { TreeView } from './view/tree-view.ts'

export interface TreeRowsProps {
  readonly view: TreeView
  /** Tells the rows of this tree from those of others. */
  readonly tree: string
  /** The key whose name is being edited, and what to edit it with. */
  readonly edited: string | undefined
  readonly editor: ReactNode
}

/**
 * The rows in sight. An element serves one row after the other as they pass; the row with the focus always has one, in
 * sight or not, so that `aria-activedescendant` never points at nothing.
 */
export function TreeRows({ view, tree, edited, editor }: TreeRowsProps) {
  const { first, end } = view.range
  const { focusRow, poolSize } = view
  const shift = view.position.virtual - view.position.physical
  const numbers: number[] = []
  if (focusRow !== undefined && focusRow < first) numbers.push(focusRow)
  for (let number = first; number < end; number++) numbers.push(number)
  if (focusRow !== undefined && focusRow >= end) numbers.push(focusRow)
  return numbers.map(number => {
    const row = view.describe(number)
    const isEdited = edited !== undefined && row.type === 'key' && row.key === edited
    const isInRange = number >= first && number < end
    // Out of sight the exact place does not matter, and a far one would make the element longer than it can be.
    const drawnAt = Math.min(Math.max(first - 1, number), end)
    return (
      <TreeRow
        key={isEdited ? 'edited' : isInRange ? number % poolSize : 'focused'}
        view={row}
        tree={tree}
        number={number}
        top={drawnAt * ROW_HEIGHT - shift}
        isSelected={number === focusRow}
        editor={isEdited ? editor : undefined}
      />
    )
  })
}
