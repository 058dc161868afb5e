import { Key } from '../../../core/key.ts'
import type { Tab } from './tab.ts'
import type { TabsState } from './tabs-model.ts'

/** Follows a key that was renamed, and every key below it. */
export function retargetTabs(state: TabsState, session: string, from: string, to: string): TabsState {
  const source = Key.parse(from)
  const target = Key.parse(to)
  return mapKeys(state, session, key => {
    if (!key.equals(source) && !source.isAncestorOf(key)) return key
    return target.child(key.relativeTo(source))
  })
}

/** Tabs of a key that is gone; with `below`, of every key below it as well. */
export function tabsOfKey(
  state: TabsState,
  session: string,
  keyText: string,
  below: boolean,
): readonly Tab[] {
  const key = Key.parse(keyText)
  return state.tabs.filter(tab => {
    if (tab.session !== session || tab.kind === 'stack') return false
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
    if (tab.session !== session || tab.kind === 'stack') return tab
    const key = change(Key.parse(tab.key)).toString()
    return key === tab.key ? tab : { ...tab, key }
  })
  return { ...state, tabs }
}
