import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_HEIGHT,
  positionAt,
  ROW_HEIGHT,
  rested,
  SCROLL_START,
  type ScrollPosition,
  type ScrollScale,
  scrolled,
  scrollScale,
  scrollTarget,
  toPhysical,
  toVirtual,
} from '../../../../../src/renderer/features/tree/view/scroll.ts'

const rows = fc.oneof(fc.nat(2000), fc.integer({ min: 600_000, max: 50_000_000 }))
const viewport = fc.integer({ min: 44, max: 3000 })

describe('scrollScale()', () => {
  it('never makes the element higher than browsers support', () => {
    fc.assert(
      fc.property(rows, viewport, (count, height) => {
        const { physical, virtual } = scrollScale(count, height)
        expect(physical + height).toBeLessThanOrEqual(Math.max(MAX_HEIGHT, height))
        expect(virtual).toBe(Math.max(0, count * ROW_HEIGHT - height))
      }),
    )
  })

  it('does not scale while the rows fit', () => {
    const scale = scrollScale(Math.floor(MAX_HEIGHT / ROW_HEIGHT), 600)
    expect(toVirtual(scale, 123_456)).toBe(123_456)
    expect(toPhysical(scale, 123_456)).toBe(123_456)
  })
})

describe('toVirtual(), toPhysical()', () => {
  it('meet at both ends', () => {
    fc.assert(
      fc.property(rows, viewport, (count, height) => {
        const scale = scrollScale(count, height)
        expect(toVirtual(scale, 0)).toBe(0)
        expect(toVirtual(scale, scale.physical)).toBe(scale.virtual)
        expect(toPhysical(scale, 0)).toBe(0)
        expect(toPhysical(scale, scale.virtual)).toBe(scale.physical)
      }),
    )
  })

  it('never fall as the other grows', () => {
    fc.assert(
      fc.property(
        rows,
        viewport,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(100_000),
        (count, height, at, step) => {
          const scale = scrollScale(count, height)
          const top = at * scale.physical
          expect(toVirtual(scale, top + step)).toBeGreaterThanOrEqual(toVirtual(scale, top))
          const row = at * scale.virtual
          expect(toPhysical(scale, row + step)).toBeGreaterThanOrEqual(toPhysical(scale, row))
        },
      ),
    )
  })

  it('are inverse to each other within one pixel of the element', () => {
    fc.assert(
      fc.property(rows, viewport, fc.double({ min: 0, max: 1, noNaN: true }), (count, height, at) => {
        const scale = scrollScale(count, height)
        const virtual = Math.round(at * scale.virtual)
        const pixel = Math.ceil(scale.virtual / Math.max(1, scale.physical)) * 2 + 1
        expect(Math.abs(toVirtual(scale, toPhysical(scale, virtual)) - virtual)).toBeLessThanOrEqual(pixel)
      }),
    )
  })

  it('are linear at the ends, so that the wheel works there', () => {
    const scale = scrollScale(2_000_000, 600)
    expect(toPhysical(scale, 40_000)).toBe(40_000)
    expect(scale.physical - toPhysical(scale, scale.virtual - 40_000)).toBe(40_000)
  })
})

const VIEWPORT = 600
const SCALE = scrollScale(2_000_000, VIEWPORT)

/** A wheel step in a browser: it stops at the ends of the element. */
function wheel(scale: ScrollScale, from: ScrollPosition, step: number): ScrollPosition {
  return scrolled(scale, from, Math.min(Math.max(0, from.physical + step), scale.physical))
}

describe('scrolled()', () => {
  it('moves the rows by the distance of the wheel, even in the middle of 2,000,000 rows', () => {
    const from = positionAt(SCALE, 22_000_000)
    const to = wheel(SCALE, from, 120)
    expect(to.virtual - from.virtual).toBe(120)
    expect(to.physical - from.physical).toBe(120)
  })

  it('follows the scroll bar to any part of the rows', () => {
    const half = scrolled(SCALE, SCROLL_START, SCALE.physical / 2)
    expect(half.virtual / SCALE.virtual).toBeCloseTo(0.5, 3)
    expect(scrolled(SCALE, half, SCALE.physical).virtual).toBe(SCALE.virtual)
    expect(scrolled(SCALE, half, 0).virtual).toBe(0)
  })

  it('reaches the first and the last row with only the wheel, from anywhere', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 200, max: 4000 }),
        fc.boolean(),
        (at, step, isDown) => {
          const distance = 300_000
          const start = isDown ? SCALE.virtual - at * distance : at * distance
          let position = positionAt(SCALE, start)
          const steps = Math.ceil(distance / step) + 5
          for (let count = 0; count < steps; count++) position = wheel(SCALE, position, isDown ? step : -step)
          expect(position.virtual).toBe(isDown ? SCALE.virtual : 0)
        },
      ),
    )
  })

  it('never stops short after scrolling far without a pause', () => {
    // A million pixels of wheel without a pause leave the scroll bar far from its correct position; the ends
    // stay.
    let position = positionAt(SCALE, 1_800_000)
    for (let count = 0; count < 2000; count++) position = wheel(SCALE, position, -1000)
    expect(position).toEqual(SCROLL_START)
    position = positionAt(SCALE, SCALE.virtual - 1_800_000)
    for (let count = 0; count < 2000; count++) position = wheel(SCALE, position, 1000)
    expect(position).toEqual({ physical: SCALE.physical, virtual: SCALE.virtual })
  })

  it('can bring every row to the top', () => {
    for (const row of [0, 1, 681_817, 681_818, 999_999, 1_525_200, 1_999_970]) {
      expect(positionAt(SCALE, row * ROW_HEIGHT).virtual).toBe(row * ROW_HEIGHT)
    }
    expect(positionAt(SCALE, 1_999_999 * ROW_HEIGHT).virtual).toBe(2_000_000 * ROW_HEIGHT - VIEWPORT)
  })

  it('ignores the events of its own scrolling', () => {
    const position = positionAt(SCALE, 30_000_000)
    expect(scrolled(SCALE, position, position.physical + 0.4)).toBe(position)
  })
})

describe('rested()', () => {
  it('moves no row, and corrects the position of the scroll bar', () => {
    let position = positionAt(SCALE, 20_000_000)
    for (let count = 0; count < 500; count++) position = wheel(SCALE, position, 1000)
    const at = rested(SCALE, position)
    expect(at.virtual).toBe(position.virtual)
    expect(at).toEqual(positionAt(SCALE, position.virtual))
    expect(at.physical).not.toBe(position.physical)
  })

  it('changes nothing if nothing is scaled', () => {
    const scale = scrollScale(1000, VIEWPORT)
    const position = wheel(scale, SCROLL_START, 333)
    expect(rested(scale, position)).toBe(position)
  })
})

describe('scrollTarget()', () => {
  it('scrolls the minimum', () => {
    const at = (row: number, covered = 0) => scrollTarget({ row, covered }, 1000, 440, 'nearest')
    expect(at(50)).toBe(1000)
    expect(at(45)).toBe(990)
    expect(at(64)).toBe(1000)
    expect(at(65)).toBe(65 * 22 + 22 - 440)
  })

  it('moves a row out from under an overlay', () => {
    expect(scrollTarget({ row: 47, covered: 66 }, 1000, 440, 'nearest')).toBe(47 * 22 - 66)
  })

  it('puts a row in the middle', () => {
    expect(scrollTarget({ row: 100, covered: 44 }, 0, 440, 'center')).toBe(2200 - 209)
  })
})
