import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { isMacPlatform } from '../../ui/shortcut.tsx'

export const ZOOM = { least: 0.1, most: 2, step: 1.25 }

/** Pixels that one press of an arrow moves the drawing. */
const PAN = 48

/** Of a wheel event with Ctrl, or of two fingers: pixels for a factor of e. */
const WHEEL = 300

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export function clampZoom(zoom: number): number {
  return Math.max(ZOOM.least, Math.min(ZOOM.most, zoom))
}

/** The largest zoom, not above 1, at which a sheet is seen whole. */
export function fittingZoom(sheet: Size, room: Size): number {
  return clampZoom(Math.min(1, room.width / sheet.width, room.height / sheet.height))
}

/** The position to scroll to, so that what is `at` this distance from the edge stays there while the zoom changes. */
export function scrollAfterZoom(scroll: number, at: number, factor: number): number {
  return Math.max(0, (scroll + at) * factor - at)
}

/** The position to scroll to so that a range is seen, with some room around it; the same one if it is. */
export function scrollToShow(scroll: number, room: number, start: number, end: number): number {
  const margin = Math.min(16, Math.max(0, (room - (end - start)) / 2))
  if (start - margin < scroll) return Math.max(0, start - margin)
  return end + margin > scroll + room ? end + margin - room : scroll
}

/**
 * A sheet that may be larger than its window: moved by dragging and by arrows, zoomed by Ctrl and wheel, `+` and `-`.
 * @param element The window, which scrolls.
 */
export function usePanZoom(element: RefObject<HTMLElement | null>, sheet: Size) {
  const [zoom, setZoom] = useState(1)
  /** The point that stays where it is while the zoom changes, from the corner of the window. */
  const kept = useRef<{ readonly at: Point; readonly from: number }>(undefined)
  const drag = useRef<Point>(undefined)

  const zoomTo = (next: number, at?: Point): void => {
    const scroller = element.current
    const clamped = clampZoom(next)
    if (scroller === null || clamped === zoom) return
    kept.current = { at: at ?? { x: scroller.clientWidth / 2, y: scroller.clientHeight / 2 }, from: zoom }
    setZoom(clamped)
  }
  useLayoutEffect(() => {
    const scroller = element.current
    if (scroller === null || kept.current === undefined) return
    const { at, from } = kept.current
    kept.current = undefined
    scroller.scrollTo({
      left: scrollAfterZoom(scroller.scrollLeft, at.x, zoom / from),
      top: scrollAfterZoom(scroller.scrollTop, at.y, zoom / from),
      behavior: 'instant',
    })
  }, [element, zoom])

  const fit = (): void => {
    const scroller = element.current
    if (scroller !== null)
      zoomTo(fittingZoom(sheet, { width: scroller.clientWidth, height: scroller.clientHeight }))
  }

  const turnWheel = useEffectEvent((event: WheelEvent): void => {
    if (element.current === null || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    const { left, top } = element.current.getBoundingClientRect()
    zoomTo(zoom * Math.exp(-event.deltaY / WHEEL), { x: event.clientX - left, y: event.clientY - top })
  })
  useEffect(() => {
    const scroller = element.current
    // React listens passively, which cannot keep the browser from zooming the page.
    const turn = (event: WheelEvent): void => turnWheel(event)
    scroller?.addEventListener('wheel', turn, { passive: false })
    return () => scroller?.removeEventListener('wheel', turn)
  }, [element])

  const press = (event: KeyboardEvent): void => {
    const isCommand = isMacPlatform() ? event.metaKey : event.ctrlKey
    const move = event.altKey || event.shiftKey || isCommand ? undefined : MOVES[event.key]
    if (event.key === '0' && isCommand) fit()
    else if ((event.key === '+' || event.key === '=') && !event.altKey) zoomTo(zoom * ZOOM.step)
    else if (event.key === '-' && !event.altKey) zoomTo(zoom / ZOOM.step)
    else if (move !== undefined) element.current?.scrollBy({ left: move.x * PAN, top: move.y * PAN })
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const events = {
    onPointerDown: (event: PointerEvent<HTMLElement>): void => {
      const isOnNode = event.target instanceof Element && event.target.closest('button') !== null
      if (event.button !== 0 || isOnNode) return
      drag.current = { x: event.clientX, y: event.clientY }
      event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove: (event: PointerEvent<HTMLElement>): void => {
      if (drag.current === undefined) return
      event.currentTarget.scrollBy(drag.current.x - event.clientX, drag.current.y - event.clientY)
      drag.current = { x: event.clientX, y: event.clientY }
    },
    onPointerUp: (): void => {
      drag.current = undefined
    },
    onPointerCancel: (): void => {
      drag.current = undefined
    },
  }

  /** Moves the sheet as little as shows a rectangle of it. */
  const show = ({ x, y, width, height }: Point & Size): void => {
    const scroller = element.current
    if (scroller === null) return
    const left = scrollToShow(scroller.scrollLeft, scroller.clientWidth, x * zoom, (x + width) * zoom)
    const top = scrollToShow(scroller.scrollTop, scroller.clientHeight, y * zoom, (y + height) * zoom)
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches
    scroller.scrollTo({ left, top, behavior: isStill ? 'instant' : 'smooth' })
  }
  return {
    zoom,
    events,
    press,
    show,
    fit,
    zoomIn: () => zoomTo(zoom * ZOOM.step),
    zoomOut: () => zoomTo(zoom / ZOOM.step),
  }
}

const MOVES: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}
