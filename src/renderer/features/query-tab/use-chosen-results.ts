import { useState } from 'react'
import { KeySelection, MAX_CHOSEN_KEYS } from '../../ui/key-selection.ts'
import type { QueryResults, RowOrder } from './query-results.ts'

/** How a row is chosen: alone, beside the others, or all up to it from where the last choice began. */
export type HowChosen = 'one' | 'toggle' | 'to'

/** Which hits of a query are chosen beside the active row. Each stands for its value alone. */
export function useChosenResults(
  results: QueryResults,
  {
    active,
    run,
    order,
  }: { readonly active: number; readonly run: number; readonly order: RowOrder | undefined },
) {
  const [chosen, setChosen] = useState(KeySelection.none)
  const [anchor, setAnchor] = useState(0)
  const [of, setOf] = useState({ run, order })
  if (of.run !== run || of.order !== order) {
    // Rows have other places; those that were chosen stay so, but for another run.
    if (of.run !== run) setChosen(KeySelection.none)
    setAnchor(active)
    setOf({ run, order })
  }

  /** The host tells the keys, since some of the rows may never have been looked at. */
  async function chooseRange(first: number, count: number): Promise<void> {
    setChosen(KeySelection.values(await results.keys(first, Math.min(count, MAX_CHOSEN_KEYS))))
  }

  async function choose(how: HowChosen, index: number): Promise<void> {
    if (how === 'to') {
      const [first, last] = [Math.min(anchor, index), Math.max(anchor, index)]
      await chooseRange(first, last - first + 1)
      return
    }
    setAnchor(index)
    const key = results.rowAt(index)?.key
    if (how === 'one' || key === undefined) {
      setChosen(KeySelection.none)
      return
    }
    const alone = results.rowAt(active)?.key
    // The active row was chosen alone until now.
    const before = chosen.isEmpty && alone !== undefined ? KeySelection.values([alone]) : chosen
    setChosen(before.toggled(key))
  }

  /** The chosen keys, or the active one where no other is chosen. */
  function acted(): KeySelection {
    const alone = results.rowAt(active)?.key
    return chosen.isEmpty && alone !== undefined ? KeySelection.values([alone]) : chosen
  }

  const isChosen = (index: number): boolean => {
    if (chosen.isEmpty) return index === active
    const key = results.rowAt(index)?.key
    return key !== undefined && chosen.has(key)
  }
  return { chosen, acted, isChosen, choose, chooseAll: () => chooseRange(0, MAX_CHOSEN_KEYS) }
}
