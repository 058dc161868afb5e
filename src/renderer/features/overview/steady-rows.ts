import { useState } from 'react'

interface SteadyRows<Row> {
  readonly rows: readonly Row[]
  /** For the element around the rows. */
  readonly handlers: {
    readonly onPointerEnter: () => void
    readonly onPointerLeave: () => void
    readonly onFocus: () => void
    readonly onBlur: () => void
  }
}

/** Rows that keep their order while the pointer or the focus is on them, so that none moves from under a press. */
export function useSteadyRows<Row extends { readonly key: string }>(latest: readonly Row[]): SteadyRows<Row> {
  const [holds, setHolds] = useState({ pointer: false, focus: false })
  const [order, setOrder] = useState<readonly string[]>([])
  const isHeld = holds.pointer || holds.focus
  const keys = latest.map(({ key }) => key)
  if (!isHeld && !isSame(order, keys)) setOrder(keys)
  return {
    rows: isHeld ? inOrder(latest, order) : latest,
    handlers: {
      onPointerEnter: () => setHolds(known => ({ ...known, pointer: true })),
      onPointerLeave: () => setHolds(known => ({ ...known, pointer: false })),
      onFocus: () => setHolds(known => ({ ...known, focus: true })),
      onBlur: () => setHolds(known => ({ ...known, focus: false })),
    },
  }
}

/** The rows in a known order, and those that came since at the end. */
export function inOrder<Row extends { readonly key: string }>(
  rows: readonly Row[],
  order: readonly string[],
): readonly Row[] {
  const place = (key: string): number => {
    const index = order.indexOf(key)
    return index < 0 ? order.length : index
  }
  return rows.toSorted((a, b) => place(a.key) - place(b.key))
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index])
}
