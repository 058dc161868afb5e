import { type ReactNode, useEffect, useState } from 'react'

/**
 * Milliseconds of a wait after which it is shown. People notice a wait from about 100 ms on; the rest is left for drawing.
 * What ends before is not shown, so that nothing flickers.
 */
const LATE_MS = 60

/** Whether a wait has lasted so long that it is to be shown. */
export function useIsDelayed(isWaiting: boolean): boolean {
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    if (!isWaiting) return undefined
    const timer = setTimeout(() => setLate(true), LATE_MS)
    return () => {
      clearTimeout(timer)
      setLate(false)
    }
  }, [isWaiting])
  return isWaiting && isLate
}

/** Shows a sign of progress once it has been there long enough for the wait to be noticed. */
export function Delayed({ children }: { readonly children: ReactNode }) {
  return useIsDelayed(true) ? children : null
}
