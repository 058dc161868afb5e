import type { Source } from '../../../shared/procedures/sessions.ts'
import { sourceName } from '../../api/host-storage.ts'
import type { TabSpec, View } from './tab.ts'
import { activeTab, openTab, type TabsState, visibleTabs } from './tabs-model.ts'

/** The tabs of one session as they are kept between starts. Stack tabs are not: their draft is the editor's. */
export interface SavedTabs {
  readonly tabs: readonly SavedTab[]
  /** The active tab's place in `tabs`. */
  readonly active: number
}

interface SavedTab {
  readonly kind: 'key' | 'branch'
  readonly key: string
  readonly view: View
  readonly isPreview: boolean
}

const VIEWS: readonly unknown[] = ['auto', 'text', 'json', 'hex'] satisfies View[]

/** Where the tabs of a session are kept: the same place whenever the same stack is opened. */
export function tabsStorageKey(source: Source): string {
  return `strata.tabs.${sourceName(source)}`
}

export function savedTabs(state: TabsState, session: string): SavedTabs {
  const kept = visibleTabs(state, session).filter(tab => tab.kind !== 'stack')
  const active = activeTab(state, session)
  return {
    tabs: kept.map(tab => ({
      kind: tab.kind,
      key: tab.key,
      view: tab.kind === 'key' ? tab.view : 'auto',
      isPreview: tab.isPreview,
    })),
    active: kept.findIndex(tab => tab.id === active?.id),
  }
}

/** Opens saved tabs behind those that are open. Whatever does not read as tabs is left out. */
export function restoreTabs(state: TabsState, session: string, text: string | null): TabsState {
  const saved = readSaved(text)
  let next = state
  const ids: string[] = []
  for (const { kind, key, view, isPreview } of saved.tabs) {
    const spec: TabSpec = kind === 'key' ? { kind, session, key, view } : { kind, session, key }
    ids.push(`tab-${next.nextId}`)
    next = openTab(next, spec, { isPreview })
  }
  const active = ids[saved.active]
  return active === undefined ? next : { ...next, active: { ...next.active, [session]: active } }
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
  return (
    isRecord(value) &&
    (value['kind'] === 'key' || value['kind'] === 'branch') &&
    typeof value['key'] === 'string' &&
    typeof value['isPreview'] === 'boolean' &&
    VIEWS.includes(value['view'])
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
