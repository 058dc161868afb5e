/** Pixels of one row; `--row` in the theme. */
export const ROW_HEIGHT = 22

/**
 * Pixels that the scrolled element is at most high. Browsers clamp near 17.9 million (Firefox) and 33.5 million
 * (Chromium), and positions stay exact in 32-bit floats below 16.7 million.
 */
export const MAX_HEIGHT = 15_000_000

/** Pixels at both ends of a scaled range within which the scroll bar moves one pixel a pixel. */
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

/** Which pixel of the rows belongs at the top when the element is scrolled to `top`. Both ends meet; never falls. */
export function toVirtual({ physical, virtual }: ScrollScale, top: number): number {
  const at = clamp(top, physical)
  if (physical === virtual || at <= EDGE) return at
  if (at >= physical - EDGE) return virtual - (physical - at)
  return Math.round(EDGE + ((at - EDGE) * (virtual - 2 * EDGE)) / (physical - 2 * EDGE))
}

/** Where to scroll the element to for a pixel of the rows to be at the top. */
export function toPhysical({ physical, virtual }: ScrollScale, top: number): number {
  const at = clamp(top, virtual)
  if (physical === virtual || at <= EDGE) return at
  if (at >= virtual - EDGE) return physical - (virtual - at)
  return Math.round(EDGE + ((at - EDGE) * (physical - 2 * EDGE)) / (virtual - 2 * EDGE))
}

export function clamp(value: number, max: number): number {
  return Math.min(Math.max(0, value), max)
}
