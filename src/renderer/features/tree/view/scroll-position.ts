import { clamp, type ScrollScale, toPhysical, toVirtual } from './scroll-scale.ts'

/**
 * Pixels that one step of a wheel, a swipe or a key moves at most. Dragging the scroll bar by one pixel moves more than
 * that wherever the range is scaled.
 */
const MAX_STEP = 5000

/** Both numbers of a scroll position. While one scrolls by small steps, they move together, whatever the scale. */
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
 * The position after the element was scrolled to `physical`. Its own `physical` may be another one: the element is to
 * be scrolled there then, which moves no row on the screen.
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

/** The same rows at the top, with the scroll bar where it belongs for them: for when scrolling has come to rest. */
export function rested(scale: ScrollScale, from: ScrollPosition): ScrollPosition {
  return scale.physical === scale.virtual ? from : positionAt(scale, from.virtual)
}
