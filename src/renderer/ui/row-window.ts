import { useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { Emitter } from '../../core/concurrency/emitter.ts'

/** Rows of equal height in a window that scrolls over them. All lengths in pixels. */
export interface RowMetrics {
  readonly rowCount: number
  readonly rowHeight: number
  /** Height of the window. */
  readonly viewport: number
}

/** The largest height that browsers scroll exactly; longer lists are scaled. */
export const MAX_SCROLL_HEIGHT = 12_000_000

/** Height of what the scroll bar moves over. */
export function scrollHeight(metrics: RowMetrics): number {
  return Math.min(metrics.rowCount * metrics.rowHeight, MAX_SCROLL_HEIGHT)
}

/** Whether the scroll bar moves over less than the rows take. */
export function isScaled({ rowCount, rowHeight }: RowMetrics): boolean {
  return rowCount * rowHeight > MAX_SCROLL_HEIGHT
}

/** The largest distance from the first row's top to the window's. */
export function maxTop({ rowCount, rowHeight, viewport }: RowMetrics): number {
  return Math.max(0, rowCount * rowHeight - viewport)
}

export function clampTop(top: number, metrics: RowMetrics): number {
  return Math.max(0, Math.min(top, maxTop(metrics)))
}

/** The row pixel at the top of the window for a scroll position. */
export function topOfScroll(position: number, metrics: RowMetrics): number {
  if (!isScaled(metrics)) return clampTop(position, metrics)
  const range = scrollHeight(metrics) - metrics.viewport
  return range <= 0 ? 0 : clampTop((position / range) * maxTop(metrics), metrics)
}

/** The scroll position for a row pixel at the top of the window. */
export function scrollOfTop(top: number, metrics: RowMetrics): number {
  if (!isScaled(metrics)) return top
  return (top / maxTop(metrics)) * (scrollHeight(metrics) - metrics.viewport)
}

/** The rows to draw; `end` is exclusive. */
export function rowsInWindow(
  top: number,
  { rowCount, rowHeight, viewport }: RowMetrics,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.floor(top / rowHeight))
  return { first, end: Math.min(rowCount, Math.ceil((top + viewport) / rowHeight) + 1) }
}

/** The nearest position of the window at which `row` is fully visible. */
export function topToReveal(row: number, top: number, { rowHeight, viewport }: RowMetrics): number {
  const start = row * rowHeight
  if (start < top) return start
  return start + rowHeight > top + viewport ? start + rowHeight - viewport : top
}

/** The position of the window: `top` in pixels of the rows laid end to end, `viewport` in pixels that show rows. */
interface RowPosition {
  readonly top: number
  readonly viewport: number
}

/** Pixels per line of a wheel event in line mode. */
const WHEEL_LINE = 40

/** Tracks and sets the scroll position of an element with rows. */
class RowScroller {
  readonly #changed = new Emitter()
  #position: RowPosition = { top: 0, viewport: 0 }
  #rows = { rowCount: 0, rowHeight: 1, headerHeight: 0 }
  #element: HTMLElement | undefined
  /** The scroll position set by this object, whose event is ignored. */
  #ownScroll: number | undefined

  readonly subscribe = this.#changed.subscribe

  readonly getPosition = (): RowPosition => this.#position

  /** A callback ref for the element that scrolls. */
  readonly attach = (element: HTMLElement | null): (() => void) | undefined => {
    if (element === null) return undefined
    this.#element = element
    const measure = new ResizeObserver(() => this.#measure())
    measure.observe(element)
    element.addEventListener('scroll', this.#onScroll, { passive: true })
    element.addEventListener('wheel', this.#onWheel, { passive: false })
    return () => {
      this.#element = undefined
      measure.disconnect()
      element.removeEventListener('scroll', this.#onScroll)
      element.removeEventListener('wheel', this.#onWheel)
    }
  }

  /** @param rows.headerHeight Pixels at the top of the window that show no rows. */
  setRows(rows: {
    readonly rowCount: number
    readonly rowHeight: number
    readonly headerHeight: number
  }): void {
    this.#rows = rows
    this.#measure()
  }

  /** Scrolls as little as needed to show the whole row. */
  reveal(row: number): void {
    const top = topToReveal(row, this.#position.top, this.#metrics())
    if (top !== this.#position.top) this.moveTo(top)
  }

  moveTo(top: number): void {
    const metrics = this.#metrics()
    const next = clampTop(top, metrics)
    if (this.#element !== undefined) {
      this.#element.scrollTop = scrollOfTop(next, metrics)
      this.#ownScroll = this.#element.scrollTop
    }
    this.#show({ ...this.#position, top: next })
  }

  readonly #onScroll = (): void => {
    const scrollTop = this.#element?.scrollTop ?? 0
    if (this.#ownScroll !== undefined && Math.abs(scrollTop - this.#ownScroll) < 1) return
    this.#ownScroll = undefined
    this.#show({ ...this.#position, top: topOfScroll(scrollTop, this.#metrics()) })
  }

  readonly #onWheel = (event: WheelEvent): void => {
    // In a scaled range, one wheel step would skip thousands of rows.
    if (!isScaled(this.#metrics()) || event.ctrlKey || event.deltaY === 0) return
    event.preventDefault()
    this.moveTo(this.#position.top + event.deltaY * (event.deltaMode === 0 ? 1 : WHEEL_LINE))
  }

  #measure(): void {
    const viewport = Math.max(0, (this.#element?.clientHeight ?? 0) - this.#rows.headerHeight)
    this.#show({ viewport, top: clampTop(this.#position.top, { ...this.#rows, viewport }) })
  }

  #metrics(): RowMetrics {
    return { ...this.#rows, viewport: this.#position.viewport }
  }

  #show(position: RowPosition): void {
    if (position.top === this.#position.top && position.viewport === this.#position.viewport) return
    this.#position = position
    this.#changed.emit()
  }
}

/** The visible rows of a long list, and how to scroll it. */
interface RowWindow {
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
  /** Scrolls as little as needed to show the row. */
  readonly reveal: (row: number) => void
}

/** Virtualizes a list of rows of equal height: only visible rows are rendered. */
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
