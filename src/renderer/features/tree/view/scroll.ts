import type { RowModel } from '../model/row-model.ts'

/** Pixels of one row; `--row` in the theme. */
export const ROW_HEIGHT = 22

/**
 * Maximum height of the scrolled element in pixels. Browsers clamp near 17.9 million (Firefox) and 33.5 million
 * (Chromium), and positions stay exact in 32-bit floats below 16.7 million.
 */
export const MAX_HEIGHT = 15_000_000

/** Pixels at both ends of a scaled range in which scrolling is not scaled. */
const EDGE = 1_000_000

/** How far the element can be scrolled, and how far the rows would have to be. */
export interface ScrollScale {
  /** Pixels from the first scroll position to the last. */
  readonly physical: number
  /** The same for the rows laid end to end. */
  readonly virtual: number
}

export function scrollScale(rows: number, viewport: number): ScrollScale {
  const height = rows * ROW_HEIGHT
  return {
    physical: Math.max(0, Math.min(height, MAX_HEIGHT) - viewport),
    virtual: Math.max(0, height - viewport),
  }
}

/** The row pixel at the top when the element is scrolled to `top`. Monotonic; both ends coincide. */
export function toVirtual({ physical, virtual }: ScrollScale, top: number): number {
  const at = clamp(top, physical)
  if (physical === virtual || at <= EDGE) return at
  if (at >= physical - EDGE) return virtual - (physical - at)
  return Math.round(EDGE + ((at - EDGE) * (virtual - 2 * EDGE)) / (physical - 2 * EDGE))
}

/** The scroll position of the element at which a row pixel is at the top. */
export function toPhysical({ physical, virtual }: ScrollScale, top: number): number {
  const at = clamp(top, virtual)
  if (physical === virtual || at <= EDGE) return at
  if (at >= virtual - EDGE) return physical - (virtual - at)
  return Math.round(EDGE + ((at - EDGE) * (physical - 2 * EDGE)) / (virtual - 2 * EDGE))
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(0, value), max)
}

/**
 * The largest step of a wheel, a swipe or a key, in pixels. Dragging the scroll bar by one pixel moves further than that
 * if the range is scaled.
 */
const MAX_STEP = 5000

/** A scroll position in element and row pixels. In small steps both change by the same amount, at any scale. */
export interface ScrollPosition {
  /** Pixels scrolled as the element counts them. */
  readonly physical: number
  /** The pixel of the rows that is at the top. */
  readonly virtual: number
}

export const SCROLL_START: ScrollPosition = { physical: 0, virtual: 0 }

/** The position that shows pixel `virtual` of the rows at the top. */
export function positionAt(scale: ScrollScale, virtual: number): ScrollPosition {
  const at = Math.round(clamp(virtual, scale.virtual))
  return { physical: toPhysical(scale, at), virtual: at }
}

/**
 * The position after the element was scrolled to `physical`. If the result has another `physical`, the element must be
 * scrolled there, which does not move the rows on the screen.
 */
export function scrolled(scale: ScrollScale, from: ScrollPosition, physical: number): ScrollPosition {
  const step = physical - from.physical
  if (Math.abs(step) < 1) return from
  if (scale.physical === scale.virtual) return { physical, virtual: clamp(physical, scale.virtual) }
  if (Math.abs(step) > MAX_STEP) return { physical, virtual: toVirtual(scale, physical) }
  const virtual = clamp(from.virtual + step, scale.virtual)
  const isAtEnd = physical < 1 || physical > scale.physical - 1
  const hasMore = virtual > 0 && virtual < scale.virtual
  return isAtEnd && hasMore ? positionAt(scale, virtual) : { physical, virtual }
}

/** Moves the scroll bar to the proportional position of the top row. For use when scrolling has stopped. */
export function rested(scale: ScrollScale, from: ScrollPosition): ScrollPosition {
  return scale.physical === scale.virtual ? from : positionAt(scale, from.virtual)
}

export type Align = 'nearest' | 'center'

interface TargetRow {
  readonly row: number
  /** Pixels at the top of the window that are covered where the row is. */
  readonly covered: number
}

/** The row pixel to scroll to so that a row is visible; `nearest` scrolls as little as possible. */
export function scrollTarget(
  { row, covered }: TargetRow,
  virtual: number,
  viewport: number,
  align: Align,
): number {
  const top = row * ROW_HEIGHT
  if (align === 'center') return top - Math.floor((viewport - ROW_HEIGHT) / 2)
  if (top < virtual + covered) return top - covered
  return Math.max(virtual, top + ROW_HEIGHT - viewport)
}

/** The maximum number of sticky ancestor rows. */
export const MAX_STICKY = 5

/** The numbers of the sticky ancestor rows, outermost first, when row pixel `virtual` is at the top. */
export function stickyPath(model: RowModel, virtual: number): readonly number[] {
  const path: number[] = []
  while (path.length < MAX_STICKY) {
    const covered = Math.floor(virtual / ROW_HEIGHT) + path.length
    if (covered >= model.rows) break
    const branch = branchRows(model, covered)[path.length]
    if (branch === undefined || branch >= covered) break
    path.push(branch)
  }
  return path
}

/** The numbers of the rows of the branches that a row is in, outermost first. */
function branchRows(model: RowModel, row: number): readonly number[] {
  const rows: number[] = []
  for (let { level } = model.at(row); level.parent !== undefined; level = level.parent) {
    rows.unshift(model.rowOf({ level: level.parent, index: model.indexOf(level) }))
  }
  return rows
}
