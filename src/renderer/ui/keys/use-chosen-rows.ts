import { useRef, useState } from 'react'
import { KeySelection } from './key-selection.ts'

/** How a row is selected: alone, in addition to others, with all rows from the last selected one, or with all rows. */
export type HowChosen = 'one' | 'toggle' | 'to' | 'all'

/** Rows by number that keys are chosen from. */
export interface ChoosableRows {
  readonly count: number
  /** The row that has the focus; it is chosen alone where no other is. */
  readonly active: number
  /** `undefined` for a row that has not come yet. */
  readonly keyAt: (index: number) => string | undefined
  /** A selection of single keys. */
  readonly selectionOf: (keys: readonly string[]) => KeySelection
  /** All rows from `first` on, also those that were never read. */
  readonly select: (first: number, count: number) => Promise<KeySelection>
  /** Names what the rows show. Once it is another one, nothing is chosen any more. */
  readonly contentKey: unknown
  /** Names the order of the rows. What is chosen stays chosen when it changes. */
  readonly orderKey?: unknown
}

/** Which rows of a table are selected in addition to the active one. */
export function useChosenRows(rows: ChoosableRows) {
  const { count, active, keyAt, selectionOf, select, contentKey, orderKey } = rows
  const [chosen, setChosen] = useState(KeySelection.none)
  const [anchor, setAnchor] = useState(0)
  const [of, setOf] = useState({ contentKey, orderKey })
  /** What was chosen last. The host may still be sending the keys of a range. */
  const latest = useRef<{ readonly of: unknown; readonly selection: Promise<KeySelection> }>(undefined)
  if (of.contentKey !== contentKey || of.orderKey !== orderKey) {
    if (of.contentKey !== contentKey) setChosen(KeySelection.none)
    setAnchor(active)
    setOf({ contentKey, orderKey })
  }

  function latestChosen(): Promise<KeySelection> {
    const choice = latest.current
    return choice !== undefined && choice.of === contentKey
      ? choice.selection
      : Promise.resolve(KeySelection.none)
  }

  /** The chosen keys, or the active one where no other is chosen. */
  async function acted(): Promise<KeySelection> {
    const alone = keyAt(active)
    const selection = await latestChosen()
    return selection.isEmpty && alone !== undefined ? selectionOf([alone]) : selection
  }

  async function selectionAfter(how: HowChosen, index: number): Promise<KeySelection> {
    if (how === 'all') return select(0, count)
    if (how === 'to') return select(Math.min(anchor, index), Math.abs(anchor - index) + 1)
    const key = keyAt(index)
    // The active row was chosen alone until now.
    return how === 'one' || key === undefined ? KeySelection.none : (await acted()).toggled(key)
  }

  async function choose(how: HowChosen, index: number): Promise<void> {
    if (how === 'one' || how === 'toggle') setAnchor(index)
    const choice = { of: contentKey, selection: selectionAfter(how, index) }
    latest.current = choice
    try {
      const selection = await choice.selection
      // Something else may have been chosen meanwhile.
      if (latest.current === choice) setChosen(selection)
    } catch (error) {
      if (latest.current === choice) {
        latest.current = undefined
        setChosen(KeySelection.none)
      }
      throw error
    }
  }

  const isChosen = (index: number): boolean => {
    if (chosen.isEmpty) return index === active
    const key = keyAt(index)
    return key !== undefined && chosen.has(key)
  }
  return { chosen, acted, isChosen, choose }
}
