import type { Source } from '../../../shared/procedures/sessions.ts'
import { sourceName } from '../../api/host-storage.ts'
import {
  type HomeTabState,
  type KeyedTab,
  newQueryTab,
  type QueryTabState,
  type TabSpec,
  type View,
} from './tab.ts'
import { activeTab, openTab, type TabsState, visibleTabs } from './tabs-model.ts'

/** The saved tabs of one session. Stack tabs are not saved here, because the editor keeps their drafts. */
export interface SavedTabs {
  readonly tabs: readonly SavedTab[]
  /** The index of the active tab in `tabs`. */
  readonly active: number
}

type SavedTab =
  | {
      readonly kind: 'key' | 'branch'
      readonly key: string
      readonly view: View
      readonly isPreview: boolean
    }
  | { readonly kind: 'home' }
  | { readonly kind: 'query'; readonly text: string; readonly name?: string | undefined }

/** The storage name of a session's tabs: the same whenever the same stack is opened. */
export function tabsStorageKey(source: Source): string {
  return `strata.tabs.${sourceName(source)}`
}

export function savedTabs(state: TabsState, session: string): SavedTabs {
  const kept = visibleTabs(state, session).filter(tab => tab.kind !== 'stack')
  const active = activeTab(state, session)
  return {
    tabs: kept.map(savedTab),
    active: kept.findIndex(tab => tab.id === active?.id),
  }
}

function savedTab(tab: KeyedTab | QueryTabState | HomeTabState): SavedTab {
  if (tab.kind === 'home') return { kind: 'home' }
  if (tab.kind === 'query') return { kind: 'query', text: tab.text, name: tab.name }
  const view = tab.kind === 'key' ? tab.view : 'auto'
  return { kind: tab.kind, key: tab.key, view, isPreview: tab.isPreview }
}

/** Opens saved tabs behind those that are open. Invalid entries are skipped. */
export function restoreTabs(state: TabsState, session: string, text: string | null): TabsState {
  const saved = readSaved(text)
  let next = state
  const ids: string[] = []
  for (const tab of saved.tabs) {
    ids.push(`tab-${next.nextId}`)
    next = openTab(next, specOf(tab, session), { isPreview: 'isPreview' in tab && tab.isPreview })
  }
  const active = ids[saved.active]
  return active === undefined ? next : { ...next, active: { ...next.active, [session]: active } }
}

function specOf(tab: SavedTab, session: string): TabSpec {
  if (tab.kind === 'query') return newQueryTab(session, tab.text, tab.name)
  if (tab.kind === 'home') return { kind: 'home', session }
  const { kind, key, view } = tab
  return kind === 'key' ? { kind, session, key, view } : { kind, session, key }
}

function readSaved(text: string | null): SavedTabs {
  const value = parse(text)
  const tabs = isRecord(value) && Array.isArray(value['tabs']) ? value['tabs'].filter(isSavedTab) : []
  return { tabs, active: isRecord(value) && typeof value['active'] === 'number' ? value['active'] : -1 }
}

function parse(text: string | null): unknown {
  if (text === null) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isSavedTab(value: unknown): value is SavedTab {
  if (isRecord(value) && value['kind'] === 'home') return true
  if (isRecord(value) && value['kind'] === 'query')
    return typeof value['text'] === 'string' && ['string', 'undefined'].includes(typeof value['name'])
  return (
    isRecord(value) &&
    (value['kind'] === 'key' || value['kind'] === 'branch') &&
    typeof value['key'] === 'string' &&
    typeof value['isPreview'] === 'boolean' &&
    typeof value['view'] === 'string'
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
