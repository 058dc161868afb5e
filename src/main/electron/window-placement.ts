import type { Rectangle } from 'electron'
import type { WindowState } from '../host/workspace/window-state.ts'

/** The smallest window that the page is made for, in device-independent pixels. */
export const MINIMUM = { width: 900, height: 600 } as const

const FIRST = { width: 1280, height: 800 } as const

/** How much of the window has to be on some display for a person to find and drag it. */
const VISIBLE = 64

export interface Placement {
  /** Without a place, the system chooses one. */
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
}

/**
 * Where to put a window that was closed at `state`: there, unless the displays have changed so that it would be out of
 * sight or larger than its display.
 *
 * @param workAreas Of every display, the main one first.
 */
export function placeWindow(state: WindowState | undefined, workAreas: readonly Rectangle[]): Placement {
  const size = state ?? FIRST
  const placed = state?.x !== undefined && state.y !== undefined ? { x: state.x, y: state.y } : undefined
  const area = placed && workAreas.find(candidate => isReachable({ ...placed, width: size.width }, candidate))
  const room = area ?? workAreas[0]
  const width = clamp(size.width, MINIMUM.width, room?.width ?? size.width)
  const height = clamp(size.height, MINIMUM.height, room?.height ?? size.height)
  if (placed === undefined || area === undefined) return { width, height }
  return {
    x: clamp(placed.x, area.x, area.x + area.width - width),
    y: clamp(placed.y, area.y, area.y + area.height - height),
    width,
    height,
  }
}

/** Whether enough of the window's upper edge, by which it is dragged, is within `area`. */
function isReachable({ x, y, width }: Omit<Rectangle, 'height'>, area: Rectangle): boolean {
  const visible = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
  return visible >= VISIBLE && y >= area.y - VISIBLE && y <= area.y + area.height - VISIBLE
}

/** The lower bound wins where the two cross. */
function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}
