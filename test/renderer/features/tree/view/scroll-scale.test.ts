import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_HEIGHT,
  ROW_HEIGHT,
  scrollScale,
  toPhysical,
  toVirtual,
} from '../../../../../src/renderer/features/tree/view/scroll-scale.ts'

const rows = fc.oneof(fc.nat(2000), fc.integer({ min: 600_000, max: 50_000_000 }))
const viewport = fc.integer({ min: 44, max: 3000 })

describe('scrollScale()', () => {
  it('never makes the element higher than browsers can', () => {
    fc.assert(
      fc.property(rows, viewport, (count, height) => {
        const { physical, virtual } = scrollScale(count, height)
        expect(physical + height).toBeLessThanOrEqual(Math.max(MAX_HEIGHT, height))
        expect(virtual).toBe(Math.max(0, count * ROW_HEIGHT - height))
      }),
    )
  })

  it('is no scale while the rows fit', () => {
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

  it('undo each other to within what one pixel of the element stands for', () => {
    fc.assert(
      fc.property(rows, viewport, fc.double({ min: 0, max: 1, noNaN: true }), (count, height, at) => {
        const scale = scrollScale(count, height)
        const virtual = Math.round(at * scale.virtual)
        const pixel = Math.ceil(scale.virtual / Math.max(1, scale.physical)) * 2 + 1
        expect(Math.abs(toVirtual(scale, toPhysical(scale, virtual)) - virtual)).toBeLessThanOrEqual(pixel)
      }),
    )
  })

  it('are even at the ends, so that the wheel never runs short there', () => {
    const scale = scrollScale(2_000_000, 600)
    expect(toPhysical(scale, 40_000)).toBe(40_000)
    expect(scale.physical - toPhysical(scale, scale.virtual - 40_000)).toBe(40_000)
  })
})
