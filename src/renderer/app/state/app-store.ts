import { create } from 'zustand'
import { NO_TABS, type TabsState } from '../tabs/tabs-model.ts'

/** What the inspector speaks of. */
export interface Subject {
  readonly session: string
  readonly key: string
  /** What the tree said about it, if it came from there. */
  readonly row: { readonly isValue: boolean; readonly isBranch: boolean } | undefined
}

/** View state of the window. What the host owns is in `HostState`. */
export interface AppState {
  /** The session that is shown. */
  readonly session: string | undefined
  readonly tabs: TabsState
  /** Sessions whose tabs of last time were opened. */
  readonly restored: readonly string[]
  readonly subject: Subject | undefined
  /** Asks the tree to show a key; a new serial asks anew. */
  readonly reveal: { readonly key: string; readonly serial: number } | undefined
  readonly isNavigationOpen: boolean
  readonly isInspectorOpen: boolean
  readonly isActivityOpen: boolean
  readonly isConnected: boolean
}

export const useAppStore = create<AppState>(() => ({
  session: undefined,
  tabs: NO_TABS,
  restored: [],
  subject: undefined,
  reveal: undefined,
  isNavigationOpen: true,
  isInspectorOpen: true,
  isActivityOpen: false,
  isConnected: true,
}))

export function changeTabs(change: (tabs: TabsState, session: string | undefined) => TabsState): void {
  useAppStore.setState(({ tabs, session }) => ({ tabs: change(tabs, session) }))
}

export function revealKey(key: string): void {
  useAppStore.setState(({ reveal }) => ({ reveal: { key, serial: (reveal?.serial ?? 0) + 1 } }))
}

type PanelName = 'isNavigationOpen' | 'isInspectorOpen' | 'isActivityOpen'

export function togglePanel(panel: PanelName): void {
  useAppStore.setState(state => ({ [panel]: !state[panel] }))
}

export function setPanelOpen(panel: PanelName, isOpen: boolean): void {
  useAppStore.setState({ [panel]: isOpen })
}
