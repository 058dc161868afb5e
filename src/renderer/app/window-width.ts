import { useEffect, useSyncExternalStore } from 'react'
import { setPanelOpen } from './state/app-store.ts'

/** How much room there is: for all columns, for the keys and the tabs, or for the tabs alone. */
export type Width = 'wide' | 'folded' | 'drawer'

// Asked when they are needed, as tests that only import this have no screen.
const folded = () => matchMedia('(width < 900px)')
const drawer = () => matchMedia('(width < 700px)')

function currentWidth(): Width {
  return drawer().matches ? 'drawer' : folded().matches ? 'folded' : 'wide'
}

function subscribe(changed: () => void): () => void {
  const queries = [folded(), drawer()]
  for (const query of queries) query.addEventListener('change', changed)
  return () => {
    for (const query of queries) query.removeEventListener('change', changed)
  }
}

export function useWindowWidth(): Width {
  return useSyncExternalStore(subscribe, currentWidth)
}

/** Closes the drawer of the keys, where they are in one. */
export function leaveDrawer(): void {
  if (currentWidth() === 'drawer') setPanelOpen('isNavigationOpen', false)
}

/**
 * Closes what becomes a drawer, and opens it again where there is room. The drawer of the keys also closes when another
 * tab is shown, which is what it was opened for.
 */
export function useFoldedPanels(width: Width, activeTab: string | undefined): void {
  useEffect(() => setPanelOpen('isInspectorOpen', width === 'wide'), [width])
  useEffect(() => setPanelOpen('isNavigationOpen', width !== 'drawer'), [width])
  useEffect(() => {
    if (activeTab !== undefined) leaveDrawer()
  }, [activeTab])
}
