import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { type DropPlace, dropPlaceAt } from './drop-place.ts'
import type { Layout } from './layout.ts'
import type { Point } from './pan-zoom.ts'

/** What a drop would do. */
export interface DropOffer {
  /** `Into Tiers`; with the reason where it cannot be. */
  readonly text: string
  readonly isPossible: boolean
}

interface NodeDrag {
  readonly id: string
  /** In the window. */
  readonly at: Point
  readonly place: DropPlace | undefined
  readonly offer: DropOffer | undefined
}

interface NodeDragOptions {
  /** What scrolls. */
  readonly canvas: RefObject<HTMLElement | null>
  /** What the nodes are placed on. */
  readonly sheet: RefObject<HTMLElement | null>
  readonly layout: Layout
  readonly zoom: number
  /** Absent where nothing can be dropped. */
  readonly offerOf: (id: string, place: DropPlace) => DropOffer | undefined
  readonly onDrop: (id: string, place: DropPlace) => void
}

/** Pixels that the pointer moves before a press is a drag. */
const SLOP = 5

/** Pixels from the edge of the canvas within which it scrolls, and by how much for each move. */
const EDGE = { width: 24, step: 14 }

/** Drags nodes by mouse or pen. Escape ends it without a drop. */
export function useNodeDrag({ canvas, sheet, layout, zoom, offerOf, onDrop }: NodeDragOptions) {
  const [drag, setDrag] = useState<NodeDrag>()
  const pressed = useRef<{ readonly id: string; readonly at: Point }>(undefined)
  const isDragging = drag !== undefined

  useEffect(() => {
    if (!isDragging) return undefined
    const stop = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      pressed.current = undefined
      setDrag(undefined)
    }
    addEventListener('keydown', stop, true)
    return () => removeEventListener('keydown', stop, true)
  }, [isDragging])

  const end = (): void => {
    pressed.current = undefined
    setDrag(undefined)
  }
  const events = {
    onPointerDown: (event: PointerEvent<HTMLElement>): void => {
      const node = event.target instanceof Element ? event.target.closest('[data-node]') : null
      const id = node?.getAttribute('data-node')
      if (event.button === 0 && id) pressed.current = { id, at: { x: event.clientX, y: event.clientY } }
    },
    onPointerMove: (event: PointerEvent<HTMLElement>): void => {
      if (pressed.current === undefined) return
      const { id, at: from } = pressed.current
      const at = { x: event.clientX, y: event.clientY }
      if (!isDragging && Math.hypot(at.x - from.x, at.y - from.y) < SLOP) return
      // The canvas gets the rest of the events, so that the node is not clicked when the drag ends.
      event.currentTarget.setPointerCapture(event.pointerId)
      scrollAtEdge(canvas.current, at)
      const box = sheet.current?.getBoundingClientRect()
      if (box === undefined) return
      const place = dropPlaceAt(layout, { x: (at.x - box.left) / zoom, y: (at.y - box.top) / zoom })
      const offer = place && offerOf(id, place)
      setDrag({ id, at, place: offer && place, offer })
    },
    onPointerUp: (): void => {
      if (drag?.place !== undefined && drag.offer?.isPossible === true) onDrop(drag.id, drag.place)
      end()
    },
    onPointerCancel: end,
  }
  return { drag, events }
}

function scrollAtEdge(canvas: HTMLElement | null, { x, y }: Point): void {
  if (canvas === null) return
  const { left, right, top, bottom } = canvas.getBoundingClientRect()
  const by = (at: number, first: number, last: number): number => {
    if (at < first + EDGE.width) return -EDGE.step
    return at > last - EDGE.width ? EDGE.step : 0
  }
  canvas.scrollBy(by(x, left, right), by(y, top, bottom))
}
