import { useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { RowScroller } from './row-scroller.ts'
import { clampTop, rowsInWindow, scrollHeight } from './row-window.ts'

/** What to draw of a long list, and how to move in it. */
export interface RowWindow {
  /** For the element that scrolls. */
  readonly attach: (element: HTMLElement | null) => (() => void) | undefined
  /** Height of the scrolled element's one child; in it a sticky layer holds the rows. */
  readonly height: number
  /** Rows to draw; `end` is exclusive. */
  readonly first: number
  readonly end: number
  /** Whole rows that fit. */
  readonly pageRows: number
  /** Pixels from the first row's top to the window's. */
  readonly top: number
  /** Scrolls as little as needed for the row to be seen. */
  readonly reveal: (row: number) => void
}

/** Windows a list of any number of rows of equal height: only what is seen is drawn. */
export function useRowWindow(rowCount: number, rowHeight: number, headerHeight = 0): RowWindow {
  const [scroller] = useState(() => new RowScroller())
  const position = useSyncExternalStore(scroller.subscribe, scroller.getPosition)
  useLayoutEffect(() => {
    scroller.setRows({ rowCount, rowHeight, headerHeight })
  }, [scroller, rowCount, rowHeight, headerHeight])
  const metrics = { rowCount, rowHeight, viewport: position.viewport }
  const top = clampTop(position.top, metrics)
  return {
    attach: scroller.attach,
    height: scrollHeight(metrics) + headerHeight,
    ...rowsInWindow(top, metrics),
    pageRows: Math.max(1, Math.floor(position.viewport / rowHeight)),
    top,
    reveal: row => scroller.reveal(row),
  }
}
