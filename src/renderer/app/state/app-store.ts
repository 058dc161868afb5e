import { create } from 'zustand'
import type { Tab } from '../tabs/tab.ts'
import { activeTab, NO_TABS, type TabsState } from '../tabs/tabs-model.ts'

/** What the inspector speaks of. */
export interface Subject {
  readonly session: string
  readonly key: string
  /** What stands there, as far as the tree or the tab knows. */
  readonly row: { readonly isValue: boolean; readonly isBranch: boolean } | undefined
}

export interface Reveal {
  readonly session: string
  readonly key: string
  readonly serial: number
}

/** View state of the window. What the host owns is in `HostState`. */
export interface AppState {
  /** The session that is shown. */
  readonly session: string | undefined
  readonly tabs: TabsState
  /** Sessions whose tabs of last time were opened. */
  readonly restored: readonly string[]
  readonly subject: Subject | undefined
  /** Asks the tree of a session to show a key; a new serial asks anew. */
  readonly reveal: Reveal | undefined
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

/** Changes the tabs; the inspector follows the tab that is looked at. */
export function changeTabs(change: (tabs: TabsState, session: string | undefined) => TabsState): void {
  useAppStore.setState(({ tabs, session }) => {
    const next = change(tabs, session)
    const active = activeTab(next, session)
    const isSame = active === undefined || active.id === activeTab(tabs, session)?.id
    if (isSame || active.kind === 'stack' || active.session === undefined) return { tabs: next }
    return { tabs: next, subject: { session: active.session, key: active.key, row: rowOf(active) } }
  })
}

function rowOf({ kind }: Tab): Subject['row'] {
  return { isValue: kind === 'key', isBranch: kind === 'branch' }
}

export function revealKey(session: string, key: string): void {
  useAppStore.setState(({ reveal }) => ({ reveal: { session, key, serial: (reveal?.serial ?? 0) + 1 } }))
}

type PanelName = 'isNavigationOpen' | 'isInspectorOpen' | 'isActivityOpen'

export function togglePanel(panel: PanelName): void {
  useAppStore.setState(state => ({ [panel]: !state[panel] }))
}

export function setPanelOpen(panel: PanelName, isOpen: boolean): void {
  useAppStore.setState({ [panel]: isOpen })
}
