import { useEffect, useState } from 'react'

/**
 * Rendered last in an overlay: as the overlay closes, returns the keyboard to the element that had it before. React
 * Aria does so a frame later, and keys pressed in that frame would reach nobody.
 */
export function FocusReturn() {
  const [previous] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      // What took the keyboard as the overlay closed keeps it.
      if (document.activeElement !== document.body) return
      if (previous instanceof HTMLElement && previous.isConnected) previous.focus({ preventScroll: true })
    },
    [previous],
  )
  return null
}
