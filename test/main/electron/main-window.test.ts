import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { MINIMUM, placeWindow } from '../../../src/main/electron/main-window.ts'

const MAIN = { x: 0, y: 25, width: 1920, height: 1055 }
const LEFT = { x: -1600, y: 0, width: 1600, height: 900 }
const flags = { isMaximized: false, isFullScreen: false }

it('the first window is 1280 by 800, placed by the system', () => {
  expect(placeWindow(undefined, [MAIN])).toEqual({ width: 1280, height: 800 })
})

it('a window reopens at its previous position, on any display', () => {
  const onMain = { x: 100, y: 100, width: 1000, height: 700 }
  const onLeft = { x: -1500, y: 50, width: 1000, height: 700 }
  expect(placeWindow({ ...onMain, ...flags }, [MAIN, LEFT])).toEqual(onMain)
  expect(placeWindow({ ...onLeft, ...flags }, [MAIN, LEFT])).toEqual(onLeft)
})

it('a window whose display is disconnected keeps its size on the main one', () => {
  const onLeft = { x: -1500, y: 50, width: 1000, height: 700, ...flags }
  expect(placeWindow(onLeft, [MAIN])).toEqual({ width: 1000, height: 700 })
})

it('a window larger than its display is shrunk to fit', () => {
  const large = { x: 0, y: 25, width: 4000, height: 3000, ...flags }
  expect(placeWindow(large, [MAIN])).toEqual({ x: 0, y: 25, width: 1920, height: 1055 })
})

it('a window that is partly off screen is moved back', () => {
  const half = { x: 1500, y: 900, width: 1000, height: 700, ...flags }
  expect(placeWindow(half, [MAIN])).toEqual({ x: 920, y: 380, width: 1000, height: 700 })
})

it('a size without a position is kept, but not below the minimum', () => {
  expect(placeWindow({ width: 1100, height: 640, ...flags }, [MAIN])).toEqual({ width: 1100, height: 640 })
  expect(placeWindow({ width: 1, height: 1, ...flags }, [MAIN])).toEqual(MINIMUM)
})

it('for any saved state, the window is large enough, and its top edge is on a display with enough room', () => {
  const number = fc.integer({ min: -10_000, max: 10_000 })
  const size = fc.integer({ min: 1, max: 10_000 })
  const state = fc.record({ x: number, y: number, width: size, height: size })
  fc.assert(
    fc.property(state, saved => {
      const { x, y, width, height } = placeWindow({ ...saved, ...flags }, [MAIN, LEFT])
      expect(width).toBeGreaterThanOrEqual(MINIMUM.width)
      expect(height).toBeGreaterThanOrEqual(MINIMUM.height)
      if (x === undefined || y === undefined) return
      const isWithin = [MAIN, LEFT].some(
        area =>
          x >= area.x &&
          y >= area.y &&
          x + width <= area.x + area.width &&
          y + height <= area.y + area.height,
      )
      expect(isWithin).toBe(true)
    }),
  )
})
