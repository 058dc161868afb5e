import { type RefObject, useLayoutEffect, useRef } from 'react'
import type { TreeView } from './view/tree-view.ts'

/**
 * Keeps the tree's window as high as its element, and the element scrolled to where the window is.
 * @returns The ref of the element.
 */
export function useViewport(view: TreeView): RefObject<HTMLDivElement | null> {
  const scroller = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    view.setViewport(element.clientHeight)
    const observer = new ResizeObserver(() => view.setViewport(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [view])

  useLayoutEffect(() => {
    const element = scroller.current
    const { physical } = view.position
    if (element !== null && Math.abs(element.scrollTop - physical) >= 1) element.scrollTop = physical
  })

  return scroller
}
