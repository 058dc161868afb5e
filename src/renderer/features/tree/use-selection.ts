import { useEffect, useEffectEvent } from 'react'
import type { RowView } from './view/row-view.ts'

type OnSelect = (
  key: string | undefined,
  row: { readonly isValue: boolean; readonly isBranch: boolean } | undefined,
) => void

/** Tells of the row with the focus when it has become another one, or another kind of one. */
export function useSelection(focused: RowView | undefined, onSelect: OnSelect): void {
  const select = useEffectEvent(onSelect)
  const isKnown = focused?.type !== 'pending'
  const key = focused?.type === 'key' ? focused.key : undefined
  const isValue = focused?.type === 'key' && focused.isValue
  const isBranch = focused?.type === 'key' && focused.isBranch
  useEffect(() => {
    if (isKnown) select(key, key === undefined ? undefined : { isValue, isBranch })
  }, [isKnown, key, isValue, isBranch])
}
