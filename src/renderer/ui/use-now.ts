import { useEffect, useState } from 'react'

/**
 * The current time, for texts like "12 seconds ago".
 * @param interval Milliseconds between two updates.
 */
export function useNow(interval: number | 'never' = 5000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (interval === 'never') return undefined
    const tick = () => setNow(Date.now())
    // The time may have stood still.
    tick()
    const timer = setInterval(tick, interval)
    return () => clearInterval(timer)
  }, [interval])
  return now
}
