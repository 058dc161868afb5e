import type { Problem } from '../../../shared/procedures/stacks.ts'
import { distinguishingHints } from '../../ui/text/distinguishing-hints.ts'

/** The stages by which a value is shown, their names with blanks between; the rest, or all with `auto`, is detected. */
export type View = string

interface TabBase {
  readonly id: string
  /** Its session; absent for a stack that has not been opened yet. */
  readonly session: string | undefined
  /** A preview is replaced by the next one. */
  readonly isPreview: boolean
  readonly isDirty: boolean
}

export interface KeyTabState extends TabBase {
  readonly kind: 'key'
  readonly key: string
  readonly view: View
}

interface BranchTabState extends TabBase {
  readonly kind: 'branch'
  readonly key: string
}

export interface StackTabState extends TabBase {
  readonly kind: 'stack'
  /** The stack's name when the tab was opened. */
  readonly name: string
  readonly initial: {
    readonly text: string
    readonly path?: string
    /** The unapplied text of an earlier window. */
    readonly draft?: string
    /** Why `text` could not be opened. */
    readonly refused?: Problem
  }
  /** The storage name of the draft. Tabs with the same name are one tab. */
  readonly draftName: string
}

export interface QueryTabState extends TabBase {
  readonly kind: 'query'
  readonly session: string
  /** Distinguishes query tabs. */
  readonly query: string
  /** The query as JSON, as it is written now. */
  readonly text: string
  /** The name that it was saved by. */
  readonly name: string | undefined
}

/** The first page of a stack, also while other tabs are open. */
export interface HomeTabState extends TabBase {
  readonly kind: 'home'
  readonly session: string
}

export type Tab = KeyTabState | BranchTabState | StackTabState | QueryTabState | HomeTabState

/** A tab of one key. */
export type KeyedTab = KeyTabState | BranchTabState

export function isKeyed(tab: Tab): tab is KeyedTab {
  return tab.kind === 'key' || tab.kind === 'branch'
}

/** Describes a tab to open. */
export type TabSpec =
  | Pick<KeyTabState, 'kind' | 'session' | 'key' | 'view'>
  | Pick<BranchTabState, 'kind' | 'session' | 'key'>
  | Pick<StackTabState, 'kind' | 'session' | 'name' | 'initial' | 'draftName'>
  | Pick<QueryTabState, 'kind' | 'session' | 'query' | 'text' | 'name'>
  | Pick<HomeTabState, 'kind' | 'session'>

/** A short text for the tab itself: the key's last segment. */
export function tabTitle(tab: Tab): string {
  if (tab.kind === 'stack') return `Stack: ${tab.name}`
  if (tab.kind === 'query') return tab.name ?? 'Query'
  if (tab.kind === 'home') return 'First page'
  const name = tab.key.slice(tab.key.lastIndexOf('/') + 1)
  if (tab.kind === 'key') return name
  return name === '' ? '/' : `${name}/`
}

/** Hints that distinguish tabs with equal titles, by their ids. */
export function tabHints(tabs: readonly Tab[]): ReadonlyMap<string, string> {
  return distinguishingHints(tabs.map(tab => ({ id: tab.id, name: tabTitle(tab), place: placeOf(tab) })))
}

/** What holds the key or the file of a tab. */
function placeOf(tab: Tab): string | undefined {
  if (tab.kind === 'query' || tab.kind === 'home') return undefined
  const path = isKeyed(tab) ? tab.key : tab.initial.path
  return path?.slice(0, Math.max(1, path.lastIndexOf('/')))
}

/** A full text for its tooltip and for questions about it. */
export function tabDescription(tab: Tab): string {
  if (isKeyed(tab)) return tab.key
  return tab.kind === 'query' && tab.name !== undefined ? `Query: ${tab.name}` : tabTitle(tab)
}

/** A tab for a query that no other tab has. */
export function newQueryTab(session: string, text: string, name?: string) {
  return { kind: 'query', session, query: crypto.randomUUID(), text, name } as const
}
