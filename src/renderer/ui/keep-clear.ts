import { type RefObject, useEffect, useState } from 'react'

/** A box on the screen. */
interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Space between what floats and what is kept clear. */
const GAP = 8

/** An element that is taller is not a row: nothing fits next to it. */
const TALLEST = 80

/**
 * How far something that floats at the lower right has to move up, so that it does not cover `row`.
 * @param top The upper end of where it may be.
 */
export function liftAbove(floating: Box, row: Box | undefined, top: number): number {
  if (row === undefined || row.bottom - row.top > TALLEST) return 0
  const isClear = row.right <= floating.left || row.left >= floating.right
  if (isClear || row.bottom <= floating.top || row.top >= floating.bottom) return 0
  const lift = floating.bottom - row.top + GAP
  return floating.top - lift < top ? 0 : lift
}

/** Pixels by which a floating element has to move up, so that what has the focus is not covered. */
export function useLift(ref: RefObject<HTMLElement | null>, isShown: boolean): number {
  const [lift, setLift] = useState(0)
  useEffect(() => {
    if (!isShown) return undefined
    const check = (): void => {
      const floating = ref.current
      if (floating === null || floating.contains(document.activeElement)) return
      const { left, right, top, bottom } = floating.getBoundingClientRect()
      setLift(before => {
        // Where it would be without a lift.
        const place = { left, right, top: top + before, bottom: bottom + before }
        return liftAbove(place, focusedBox(), 0)
      })
    }
    // Rows are drawn after the key that moves to them.
    let frame = 0
    const checkSoon = (): void => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(check)
      })
    }
    check()
    const events = ['focusin', 'keyup', 'pointerup', 'scroll', 'resize'] as const
    for (const event of events) addEventListener(event, checkSoon, true)
    return () => {
      cancelAnimationFrame(frame)
      for (const event of events) removeEventListener(event, checkSoon, true)
    }
  }, [ref, isShown])
  return isShown ? lift : 0
}

const ROW = '[role="row"], [role="treeitem"], li'

/** The row that has the focus, that it is in or that it points to; else what has the focus. */
function focusedBox(): Box | undefined {
  const element = document.activeElement
  if (element === null || element === document.body) return undefined
  const row = document.getElementById(element.getAttribute('aria-activedescendant') ?? '')
  return (row ?? element.closest(ROW) ?? element).getBoundingClientRect()
}
