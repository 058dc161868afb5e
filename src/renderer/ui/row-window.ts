/** Rows of equal height in a window that scrolls over them. All lengths in pixels. */
export interface RowMetrics {
  readonly rowCount: number
  readonly rowHeight: number
  /** Height of the window. */
  readonly viewport: number
}

/** The most that browsers scroll over exactly; longer lists are scrolled in proportion. */
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

/** Where among the rows the window stands when the scroll bar stands at `position`. */
export function topOfScroll(position: number, metrics: RowMetrics): number {
  if (!isScaled(metrics)) return clampTop(position, metrics)
  const range = scrollHeight(metrics) - metrics.viewport
  return range <= 0 ? 0 : clampTop((position / range) * maxTop(metrics), metrics)
}

/** Where the scroll bar stands when the window stands at `top`. */
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

/** The nearest place of the window at which `row` is seen as a whole. */
export function topToReveal(row: number, top: number, { rowHeight, viewport }: RowMetrics): number {
  const start = row * rowHeight
  if (start < top) return start
  return start + rowHeight > top + viewport ? start + rowHeight - viewport : top
}
