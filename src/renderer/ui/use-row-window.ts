import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import {
  clampTop,
  isScaled,
  type RowMetrics,
  rowsInWindow,
  scrollHeight,
  scrollOfTop,
  topOfScroll,
  topToReveal,
} from './row-window.ts'

/** What to draw of a long list, and how to move in it. */
export interface RowWindow {
  /** For the element that scrolls. */
  readonly scrollerRef: (element: HTMLElement | null) => void
  /** Height of the scrolled element's one child; in it a sticky layer holds the rows. */
  readonly height: number
  /** Rows to draw; `end` is exclusive. */
  readonly first: number
  readonly end: number
  /** Whole rows that fit. */
  readonly pageRows: number
  /** Pixels from the window's top to the top of `row`. */
  offsetOf(row: number): number
  /** Scrolls as little as needed for the row to be seen. */
  reveal(row: number): void
}

/** Pixels of a wheel's step that is told in lines. */
const WHEEL_LINE = 40

/** Windows a list of any number of rows of equal height: only what is seen is drawn. */
export function useRowWindow(rowCount: number, rowHeight: number, headerHeight = 0): RowWindow {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [position, setPosition] = useState({ top: 0, viewport: 0 })
  const metrics = useMemo(
    () => ({ rowCount, rowHeight, viewport: Math.max(0, position.viewport - headerHeight) }),
    [rowCount, rowHeight, headerHeight, position.viewport],
  )
  const latest = useRef<RowMetrics & { readonly top: number }>({ ...metrics, top: 0 })
  /** Where this hook itself has put the scroll bar: its event says nothing new. */
  const ownScroll = useRef<number | undefined>(undefined)
  const top = clampTop(position.top, metrics)

  useEffect(() => {
    latest.current = { ...metrics, top }
  }, [metrics, top])

  const moveTo = useCallback(
    (to: number) => {
      const { current } = latest
      const next = clampTop(to, current)
      latest.current = { ...current, top: next }
      if (element !== null) {
        element.scrollTop = scrollOfTop(next, current)
        ownScroll.current = element.scrollTop
      }
      setPosition(before => ({ ...before, top: next }))
    },
    [element],
  )

  useEffect(() => {
    if (element === null) return
    const onScroll = () => {
      if (ownScroll.current !== undefined && Math.abs(element.scrollTop - ownScroll.current) < 1) return
      ownScroll.current = undefined
      const next = topOfScroll(element.scrollTop, latest.current)
      latest.current = { ...latest.current, top: next }
      setPosition(before => ({ ...before, top: next }))
    }
    const onWheel = (event: WheelEvent) => {
      // In proportion, one step of the wheel would skip thousands of rows.
      if (!isScaled(latest.current) || event.ctrlKey || event.deltaY === 0) return
      event.preventDefault()
      moveTo(latest.current.top + event.deltaY * (event.deltaMode === 0 ? 1 : WHEEL_LINE))
    }
    const observer = new ResizeObserver(() => {
      setPosition(before => ({ ...before, viewport: element.clientHeight }))
    })
    element.addEventListener('scroll', onScroll, { passive: true })
    element.addEventListener('wheel', onWheel, { passive: false })
    observer.observe(element)
    return () => {
      element.removeEventListener('scroll', onScroll)
      element.removeEventListener('wheel', onWheel)
      observer.disconnect()
    }
  }, [element, moveTo])

  const reveal = useCallback(
    (row: number) => {
      const { current } = latest
      const next = topToReveal(row, current.top, current)
      if (next !== current.top) moveTo(next)
    },
    [moveTo],
  )

  return {
    scrollerRef: setElement,
    height: scrollHeight(metrics) + headerHeight,
    ...rowsInWindow(top, metrics),
    pageRows: Math.max(1, Math.floor(metrics.viewport / rowHeight)),
    offsetOf: row => row * rowHeight - top,
    reveal,
  }
}
