import { useState } from 'react'
import { KeySelection } from '../../ui/key-selection.ts'
import { childKey } from './child-keys.ts'
import type { RowSource } from './child-rows.ts'

/** How a row is chosen: alone, beside the others, from where the last choice began, or with all. */
type How = 'one' | 'toggle' | 'to' | 'all'

interface Point {
  readonly x: number
  readonly y: number
}

/** Which children of a branch are chosen beside the active one, and where their menu is open. */
export function useChosenRows(rows: RowSource, prefix: string, count: number, active: number) {
  const [chosen, setChosen] = useState(KeySelection.none)
  const [anchor, setAnchor] = useState(0)
  const [menuAt, setMenuAt] = useState<Point>()
  const [of, setOf] = useState(rows)
  // Another branch is shown by now, or the same one in another order.
  if (of !== rows) {
    setOf(rows)
    setChosen(KeySelection.none)
    setAnchor(active)
  }
  const keyAt = (index: number): string | undefined => {
    const row = rows.rowAt(index)
    return row && childKey(prefix, row.name)
  }

  async function choose(how: How, index: number): Promise<void> {
    if (how === 'all') {
      setChosen(await rows.select(0, count))
      return
    }
    if (how === 'to') {
      const [first, last] = [Math.min(anchor, index), Math.max(anchor, index)]
      setChosen(await rows.select(first, last - first + 1))
      return
    }
    setAnchor(index)
    const key = keyAt(index)
    if (how === 'one' || key === undefined) {
      setChosen(KeySelection.none)
      return
    }
    const alone = keyAt(active)
    // The active row was chosen alone until now.
    const before = chosen.isEmpty && alone !== undefined ? KeySelection.of([alone]) : chosen
    setChosen(before.toggled(key))
  }

  const isChosen = (index: number): boolean => {
    if (chosen.isEmpty) return index === active
    const key = keyAt(index)
    return key !== undefined && chosen.has(key)
  }
  return { chosen, isChosen, choose, menuAt, setMenuAt }
}
