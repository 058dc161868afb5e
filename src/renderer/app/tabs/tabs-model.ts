import { Key } from '../../../core/key.ts'
import { isKeyed, type Tab, type TabSpec } from './tab.ts'

/** The tabs of all sessions in order. Each session shows its own tabs and those without a session. */
export interface TabsState {
  readonly tabs: readonly Tab[]
  /** The active tab's id by session; the key `''` is for no session. */
  readonly active: Readonly<Record<string, string>>
  /** The last closed tab last. */
  readonly closed: readonly Tab[]
  /** The number of the next tab's id. */
  readonly nextId: number
}

export const NO_TABS: TabsState = { tabs: [], active: {}, closed: [], nextId: 1 }

/** Closed tabs that can be reopened. */
const MAX_CLOSED = 20

export function visibleTabs(state: TabsState, session: string | undefined): readonly Tab[] {
  return state.tabs.filter(tab => tab.session === session || tab.session === undefined)
}

export function activeTab(state: TabsState, session: string | undefined): Tab | undefined {
  const visible = visibleTabs(state, session)
  return visible.find(tab => tab.id === state.active[session ?? '']) ?? visible.at(-1)
}

/** Opens or finds the tab of `spec` and makes it active. A preview takes the place of the session's last preview. */
export function openTab(
  state: TabsState,
  spec: TabSpec,
  {
    isPreview,
    current = spec.session,
  }: { readonly isPreview: boolean; readonly current?: string | undefined },
): TabsState {
  const open = state.tabs.find(tab => isSameTarget(tab, spec))
  if (open !== undefined) {
    const active = { ...state.active, [current ?? '']: open.id }
    return isPreview ? { ...state, active } : pinTab({ ...state, active }, open.id)
  }
  const tab = { ...spec, id: `tab-${state.nextId}`, isPreview, isDirty: false }
  const active = { ...state.active, [current ?? '']: tab.id }
  const replaced = isPreview
    ? state.tabs.findIndex(other => other.isPreview && other.session === spec.session)
    : -1
  const before = activeTab(state, current)
  const place = replaced >= 0 ? replaced : placeAfter(state, before)
  const tabs = [...state.tabs]
  tabs.splice(place, replaced >= 0 ? 1 : 0, tab)
  return { ...state, tabs, active, nextId: state.nextId + 1 }
}

function placeAfter({ tabs }: TabsState, tab: Tab | undefined): number {
  return tab === undefined ? tabs.length : tabs.indexOf(tab) + 1
}

export function activateTab(state: TabsState, id: string, session: string | undefined): TabsState {
  return { ...state, active: { ...state.active, [session ?? '']: id } }
}

/** Activates the tab `step` places after the active one; wraps around. */
export function stepTab(state: TabsState, session: string | undefined, step: number): TabsState {
  const visible = visibleTabs(state, session)
  const index = visible.findIndex(tab => tab.id === activeTab(state, session)?.id)
  const next = visible[(index + step + visible.length) % visible.length]
  return next === undefined ? state : activateTab(state, next.id, session)
}

export function pinTab(state: TabsState, id: string): TabsState {
  return changeTab(state, id, tab => (tab.isPreview ? { ...tab, isPreview: false } : tab))
}

/** Sets whether a tab has unsaved changes. With changes, it is no longer a preview. */
export function markDirty(state: TabsState, id: string, isDirty: boolean): TabsState {
  return changeTab(state, id, tab => ({ ...tab, isDirty, isPreview: tab.isPreview && !isDirty }))
}

export function changeTab(state: TabsState, id: string, change: (tab: Tab) => Tab): TabsState {
  return { ...state, tabs: state.tabs.map(tab => (tab.id === id ? change(tab) : tab)) }
}

/** Closes a tab. Its right neighbour becomes active, or else its left one. */
export function closeTab(state: TabsState, id: string, session: string | undefined): TabsState {
  const visible = visibleTabs(state, session)
  const index = visible.findIndex(tab => tab.id === id)
  const tab = state.tabs.find(other => other.id === id)
  if (tab === undefined) return state
  const neighbour = visible[index + 1] ?? visible[index - 1]
  const wasActive = activeTab(state, session)?.id === id
  return {
    ...state,
    tabs: state.tabs.filter(other => other.id !== id),
    active:
      wasActive && neighbour !== undefined
        ? { ...state.active, [session ?? '']: neighbour.id }
        : state.active,
    closed: [...state.closed, { ...tab, isDirty: false }].slice(-MAX_CLOSED),
  }
}

/** Opens the tab that was closed last and belongs here. */
export function reopenTab(state: TabsState, session: string | undefined): TabsState {
  const tab = state.closed.findLast(closed => closed.session === session || closed.session === undefined)
  if (tab === undefined) return state
  const closed = state.closed.filter(other => other !== tab)
  return openTab({ ...state, closed }, specOf(tab), { isPreview: false, current: session })
}

function specOf(tab: Tab): TabSpec {
  switch (tab.kind) {
    case 'key':
      return { kind: 'key', session: tab.session, key: tab.key, view: tab.view }
    case 'branch':
      return { kind: 'branch', session: tab.session, key: tab.key }
    case 'query':
      return { kind: 'query', session: tab.session, query: tab.query, text: tab.text, name: tab.name }
    case 'home':
      return { kind: 'home', session: tab.session }
    case 'stack':
      return {
        kind: 'stack',
        session: tab.session,
        name: tab.name,
        initial: tab.initial,
        draftName: tab.draftName,
      }
  }
}

function isSameTarget(tab: Tab, spec: TabSpec): boolean {
  if (tab.kind === 'stack') return spec.kind === 'stack' && tab.draftName === spec.draftName
  if (tab.kind === 'query') return spec.kind === 'query' && tab.query === spec.query
  if (tab.kind === 'home') return spec.kind === 'home' && tab.session === spec.session
  return tab.kind === spec.kind && tab.session === spec.session && tab.key === spec.key
}

/** Updates the tabs of a renamed key and of every key below it. */
export function retargetTabs(state: TabsState, session: string, from: string, to: string): TabsState {
  const source = Key.parse(from)
  const target = Key.parse(to)
  return mapKeys(state, session, key => {
    if (!key.equals(source) && !source.isAncestorOf(key)) return key
    return target.child(key.relativeTo(source))
  })
}

/** Tabs of a key; with `below`, also those of every key below it. */
export function tabsOfKey(
  state: TabsState,
  session: string,
  keyText: string,
  below: boolean,
): readonly Tab[] {
  const key = Key.parse(keyText)
  return state.tabs.filter(tab => {
    if (tab.session !== session || !isKeyed(tab)) return false
    const tabKey = Key.parse(tab.key)
    return (
      (tab.kind === 'key' && tabKey.equals(key)) ||
      (below && (tabKey.equals(key) || key.isAncestorOf(tabKey)))
    )
  })
}

/** Keeps the tabs of sessions that are still open. */
export function keepSessions(state: TabsState, sessions: ReadonlySet<string>): TabsState {
  const isKept = (tab: Tab): boolean => tab.session === undefined || sessions.has(tab.session)
  if (state.tabs.every(isKept)) return state
  return { ...state, tabs: state.tabs.filter(isKept), closed: state.closed.filter(isKept) }
}

function mapKeys(state: TabsState, session: string, change: (key: Key) => Key): TabsState {
  const tabs = state.tabs.map(tab => {
    if (tab.session !== session || !isKeyed(tab)) return tab
    const key = change(Key.parse(tab.key)).toString()
    return key === tab.key ? tab : { ...tab, key }
  })
  return { ...state, tabs }
}
