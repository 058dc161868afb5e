import { create } from 'zustand'
import type { KeySelection } from '../../ui/keys/key-selection.ts'
import { isKeyed, type Tab } from '../tabs/tab.ts'
import { activeTab, NO_TABS, type TabsState } from '../tabs/tabs-model.ts'

/** The subject of the inspector. */
export interface Subject {
  readonly session: string
  readonly key: string
  /** What exists at the key, if known from the tree or the tab. */
  readonly row: { readonly isValue: boolean; readonly isBranch: boolean } | undefined
}

interface Reveal {
  readonly session: string
  readonly key: string
  readonly serial: number
  /** Whether the tree should rename the key as well. */
  readonly isToRename: boolean
}

/** View state of the window. State that the host owns is in `HostState`. */
export interface AppState {
  /** The session that is shown. */
  readonly session: string | undefined
  readonly tabs: TabsState
  /** Sessions whose saved tabs were restored. */
  readonly restored: readonly string[]
  readonly subject: Subject | undefined
  /** Several keys that are chosen in the tree of a session. */
  readonly chosen: { readonly session: string; readonly selection: KeySelection } | undefined
  /** A request to show a key in the tree of a session. A new serial repeats it. */
  readonly reveal: Reveal | undefined
  /** The tab that is to have the keyboard once its content is shown. */
  readonly focus: FocusedTab | undefined
  /** The key whose history is to be shown once its tab is there. */
  readonly history: { readonly session: string; readonly key: string } | undefined
  readonly isNavigationOpen: boolean
  readonly isInspectorOpen: boolean
  readonly isActivityOpen: boolean
  readonly isConnected: boolean
  /** Whether a server of the shown session is unreachable. */
  readonly isServerLost: boolean
}

/** A tab by what it shows. */
export interface FocusedTab {
  readonly session: string
  readonly kind: 'key' | 'branch' | 'query'
  /** The key, or the id of the query. */
  readonly key: string
}

export const useAppStore = create<AppState>(() => ({
  session: undefined,
  tabs: NO_TABS,
  restored: [],
  subject: undefined,
  chosen: undefined,
  reveal: undefined,
  focus: undefined,
  history: undefined,
  isNavigationOpen: true,
  isInspectorOpen: true,
  isActivityOpen: false,
  isConnected: true,
  isServerLost: false,
}))

/** Changes the tabs. The inspector follows the active tab. */
export function changeTabs(change: (tabs: TabsState, session: string | undefined) => TabsState): void {
  useAppStore.setState(({ tabs, session }) => {
    const next = change(tabs, session)
    const active = activeTab(next, session)
    if (active?.id === activeTab(tabs, session)?.id) return { tabs: next }
    const subject = subjectOf(active)
    return subject === undefined ? { tabs: next } : { tabs: next, subject }
  })
}

/** The key that a tab is about, if it is about one. */
export function subjectOf(tab: Tab | undefined): Subject | undefined {
  if (tab === undefined || !isKeyed(tab) || tab.session === undefined) return undefined
  const row = { isValue: tab.kind === 'key', isBranch: tab.kind === 'branch' }
  return { session: tab.session, key: tab.key, row }
}

export function revealKey(session: string, key: string, isToRename = false): void {
  useAppStore.setState(({ reveal }) => ({
    reveal: { session, key, serial: (reveal?.serial ?? 0) + 1, isToRename },
  }))
}

/** Gives the keyboard to the content of a tab that is open or being opened. */
export function focusTab(focus: FocusedTab): void {
  useAppStore.setState({ focus })
}

/** Whether the content of a tab is to take the keyboard. */
export function useIsFocusRequested({ session, kind, key }: FocusedTab): boolean {
  return useAppStore(({ focus }) => focus?.session === session && focus.kind === kind && focus.key === key)
}

export function focusTaken(): void {
  useAppStore.setState({ focus: undefined })
}

export function requestHistory(session: string, key: string): void {
  useAppStore.setState({ history: { session, key } })
}

export function historyShown(): void {
  useAppStore.setState({ history: undefined })
}

/** Shows the field for a new name in the key's row. */
export function renameInTree(session: string, key: string): void {
  setPanelOpen('isNavigationOpen', true)
  revealKey(session, key, true)
}

type PanelName = 'isNavigationOpen' | 'isInspectorOpen' | 'isActivityOpen'

export function togglePanel(panel: PanelName): void {
  useAppStore.setState(state => ({ [panel]: !state[panel] }))
}

export function setPanelOpen(panel: PanelName, isOpen: boolean): void {
  useAppStore.setState({ [panel]: isOpen })
}
