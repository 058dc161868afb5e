import { type RefObject, useLayoutEffect, useState } from 'react'

/** Whether an element is less than `width` pixels wide; undefined until it is there to be measured. */
export function useIsNarrow(element: RefObject<HTMLElement | null>, width: number): boolean | undefined {
  const [isNarrow, setIsNarrow] = useState<boolean>()
  useLayoutEffect(() => {
    const measured = element.current
    if (measured === null) return
    const measure = () => setIsNarrow(measured.clientWidth < width)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(measured)
    return () => observer.disconnect()
  }, [element, width])
  return isNarrow
}
