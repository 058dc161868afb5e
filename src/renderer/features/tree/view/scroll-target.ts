import { ROW_HEIGHT } from './scroll-scale.ts'

export type Align = 'nearest' | 'center'

export interface TargetRow {
  readonly row: number
  /** Pixels at the top of the window that are covered where the row is. */
  readonly covered: number
}

/** The pixel of the rows to have at the top for a row to be in sight; `nearest` moves as little as can be. */
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
