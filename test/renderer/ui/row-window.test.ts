import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  clampTop,
  isScaled,
  MAX_SCROLL_HEIGHT,
  maxTop,
  type RowMetrics,
  rowsInWindow,
  scrollHeight,
  scrollOfTop,
  topOfScroll,
  topToReveal,
} from '../../../src/renderer/ui/row-window.ts'

const metrics = fc.record({
  rowCount: fc.integer({ min: 0, max: 100_000_000 }),
  rowHeight: fc.constantFrom(19, 22),
  viewport: fc.integer({ min: 22, max: 2000 }),
})
const place = fc.double({ min: 0, max: 1, noNaN: true })

describe('row window', () => {
  it('never scrolls more pixels than browsers support, and reaches both ends', () => {
    fc.assert(
      fc.property(metrics, m => {
        expect(scrollHeight(m)).toBeLessThanOrEqual(MAX_SCROLL_HEIGHT)
        expect(topOfScroll(0, m)).toBe(0)
        expect(topOfScroll(Math.max(0, scrollHeight(m) - m.viewport), m)).toBeCloseTo(maxTop(m), 3)
      }),
    )
  })

  it('maps a scroll position back to the rows', () => {
    fc.assert(
      fc.property(metrics, place, (m, at) => {
        const top = maxTop(m) * at
        expect(topOfScroll(scrollOfTop(top, m), m)).toBeCloseTo(top, 3)
      }),
    )
  })

  it('draws the visible rows, and one more', () => {
    fc.assert(
      fc.property(metrics, place, (m, at) => {
        const top = maxTop(m) * at
        const { first, end } = rowsInWindow(top, m)
        if (m.rowCount > 0) expect(first * m.rowHeight).toBeLessThanOrEqual(top)
        expect(end).toBeLessThanOrEqual(m.rowCount)
        expect(end - first).toBeLessThanOrEqual(Math.ceil(m.viewport / m.rowHeight) + 2)
        if (end < m.rowCount) expect(end * m.rowHeight).toBeGreaterThanOrEqual(top + m.viewport)
      }),
    )
  })

  it('moves the minimum to show a row', () => {
    const m: RowMetrics = { rowCount: 100, rowHeight: 10, viewport: 95 }
    expect(topToReveal(5, 0, m)).toBe(0)
    expect(topToReveal(9, 0, m)).toBe(5)
    expect(topToReveal(2, 300, m)).toBe(20)
    expect(clampTop(5000, m)).toBe(905)
    expect(isScaled(m)).toBe(false)
    expect(isScaled({ ...m, rowCount: 2_000_000 })).toBe(true)
  })
})
