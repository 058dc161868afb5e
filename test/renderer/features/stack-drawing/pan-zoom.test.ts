import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  clampZoom,
  fittingZoom,
  scrollAfterZoom,
  scrollToShow,
  ZOOM,
} from '../../../../src/renderer/features/stack-drawing/pan-zoom.ts'

const length = fc.integer({ min: 50, max: 5000 })

describe('pan-zoom', () => {
  it('O53 fits a sheet into its room if the minimum zoom allows, and never enlarges it', () => {
    fc.assert(
      fc.property(length, length, length, length, (width, height, roomWidth, roomHeight) => {
        const zoom = fittingZoom({ width, height }, { width: roomWidth, height: roomHeight })
        expect(zoom).toBeLessThanOrEqual(1)
        expect(clampZoom(zoom)).toBe(zoom)
        if (zoom === ZOOM.least) return
        expect(width * zoom).toBeLessThanOrEqual(roomWidth + 0.001)
        expect(height * zoom).toBeLessThanOrEqual(roomHeight + 0.001)
      }),
    )
  })

  it('O53 the point below the pointer stays in place while the zoom changes', () => {
    fc.assert(
      fc.property(length, length, fc.double({ min: 1, max: 2, noNaN: true }), (scroll, at, factor) => {
        const next = scrollAfterZoom(scroll, at, factor)
        expect((next + at) / factor).toBeCloseTo(scroll + at)
      }),
    )
    expect(scrollAfterZoom(0, 100, 0.5)).toBe(0)
  })

  it('O53 scrolls the minimum that shows a node', () => {
    expect(scrollToShow(0, 400, 100, 200)).toBe(0)
    expect(scrollToShow(0, 400, 600, 700)).toBe(316)
    expect(scrollToShow(900, 400, 600, 700)).toBe(584)
    expect(scrollToShow(300, 400, 0, 100)).toBe(0)
  })
})
