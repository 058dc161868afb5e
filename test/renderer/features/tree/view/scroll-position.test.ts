import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  positionAt,
  rested,
  SCROLL_START,
  type ScrollPosition,
  scrolled,
} from '../../../../../src/renderer/features/tree/view/scroll-position.ts'
import {
  ROW_HEIGHT,
  type ScrollScale,
  scrollScale,
} from '../../../../../src/renderer/features/tree/view/scroll-scale.ts'

const VIEWPORT = 600
const SCALE = scrollScale(2_000_000, VIEWPORT)

/** What a browser does with a wheel step: it stops at the ends of the element. */
function wheel(scale: ScrollScale, from: ScrollPosition, step: number): ScrollPosition {
  return scrolled(scale, from, Math.min(Math.max(0, from.physical + step), scale.physical))
}

describe('scrolled()', () => {
  it('moves the rows by what the wheel moved, in the middle of 2,000,000 rows too', () => {
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

  it('reaches the first and the last row with the wheel alone, from anywhere', () => {
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

  it('never stops short after scrolling far without a rest', () => {
    // A million pixels of wheel without a rest leave the scroll bar far from where it belongs; the ends hold still.
    let position = positionAt(SCALE, 1_800_000)
    for (let count = 0; count < 2000; count++) position = wheel(SCALE, position, -1000)
    expect(position).toEqual(SCROLL_START)
    position = positionAt(SCALE, SCALE.virtual - 1_800_000)
    for (let count = 0; count < 2000; count++) position = wheel(SCALE, position, 1000)
    expect(position).toEqual({ physical: SCALE.physical, virtual: SCALE.virtual })
  })

  it('lets every row be brought to the top', () => {
    for (const row of [0, 1, 681_817, 681_818, 999_999, 1_525_200, 1_999_970]) {
      expect(positionAt(SCALE, row * ROW_HEIGHT).virtual).toBe(row * ROW_HEIGHT)
    }
    expect(positionAt(SCALE, 1_999_999 * ROW_HEIGHT).virtual).toBe(2_000_000 * ROW_HEIGHT - VIEWPORT)
  })

  it('takes the echo of its own scrolling for no movement', () => {
    const position = positionAt(SCALE, 30_000_000)
    expect(scrolled(SCALE, position, position.physical + 0.4)).toBe(position)
  })
})

describe('rested()', () => {
  it('moves no row, and puts the scroll bar where it belongs', () => {
    let position = positionAt(SCALE, 20_000_000)
    for (let count = 0; count < 500; count++) position = wheel(SCALE, position, 1000)
    const at = rested(SCALE, position)
    expect(at.virtual).toBe(position.virtual)
    expect(at).toEqual(positionAt(SCALE, position.virtual))
    expect(at.physical).not.toBe(position.physical)
  })

  it('changes nothing where nothing is scaled', () => {
    const scale = scrollScale(1000, VIEWPORT)
    const position = wheel(scale, SCROLL_START, 333)
    expect(rested(scale, position)).toBe(position)
  })
})
