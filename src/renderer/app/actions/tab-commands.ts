import type { Query } from '../../../core/query/query.ts'
import { ask } from '../dialogs/dialog-store.ts'
import { keepFocus } from '../regions.ts'
import { currentSettings, type Services } from '../services.ts'
import { changeTabs, focusTab, requestHistory, revealKey, useAppStore } from '../state/app-store.ts'
import { rememberKey } from '../state/recent-keys.ts'
import { isKeyed, newQueryTab, type Tab, tabDescription } from '../tabs/tab.ts'
import { closeTab, openTab } from '../tabs/tabs-model.ts'
import { rememberedView } from '../tabs/view-memory.ts'
import { attempt } from './failures.ts'

interface OpenOptions {
  readonly as: 'key' | 'branch'
  readonly isPreview: boolean
}

export function openKey(
  services: Services,
  session: string,
  key: string,
  { as, isPreview }: OpenOptions,
): void {
  const source = services.state.sessions.get()?.find(({ id }) => id === session)?.source
  const view = source === undefined ? 'auto' : rememberedView(currentSettings(services).views, source, key)
  if (as === 'key' && source !== undefined) rememberKey(services.storage, source, key)
  changeTabs(tabs =>
    openTab(tabs, as === 'key' ? { kind: 'key', session, key, view } : { kind: 'branch', session, key }, {
      isPreview,
    }),
  )
}

/** Opens a key, and focuses its value or its children once they are shown. */
export function enterKey(services: Services, session: string, key: string, options: OpenOptions): void {
  openKey(services, session, key, options)
  focusTab({ session, kind: options.as, key })
}

/** Does the same, and shows the key in the tree. */
export function goToKey(
  services: Services,
  session: string,
  key: string,
  { as, isPreview = true }: { readonly as: 'key' | 'branch'; readonly isPreview?: boolean },
): void {
  enterKey(services, session, key, { as, isPreview })
  revealKey(session, key)
}

/** What a query begins as. */
export const NEW_QUERY: Query = {
  where: { and: [{ field: 'value', op: 'contains', value: '', ignoreCase: true }] },
  limit: 10_000,
}

/** Opens a tab for a query. */
export function openQuery(session: string, query: Query): void {
  const text = `${JSON.stringify(query, undefined, 2)}\n`
  const tab = newQueryTab(session, text)
  changeTabs(tabs => openTab(tabs, tab, { isPreview: false }))
  focusTab({ session, kind: 'query', key: tab.query })
}

/** Shows the first page of a stack next to its other tabs. */
export function showHome(session: string): void {
  changeTabs(tabs => openTab(tabs, { kind: 'home', session }, { isPreview: false }))
}

/** Opens a key, and its history in the tab. */
export function showHistory(services: Services, session: string, key: string): void {
  openKey(services, session, key, { as: 'key', isPreview: true })
  requestHistory(session, key)
}

/** Closes tabs one after another. Each one with unsaved changes asks first, and "Cancel" stops. */
export async function closeTabs(tabs: readonly Tab[]): Promise<void> {
  for (const tab of tabs) {
    if (tab.isDirty && !(await settleChanges(tab))) return
    changeTabs((state, session) => closeTab(state, tab.id, session))
  }
  keepFocus()
}

/** Asks what to do with unsaved changes. @returns Whether the tab may close. */
async function settleChanges(tab: Tab): Promise<boolean> {
  const actions = tabActions(tab.id)
  const answer = await ask({
    title: 'Unsaved changes',
    message: isKeyed(tab)
      ? `The value of "${tab.key}" has changes that were not put.`
      : `${tabDescription(tab)} has changes that were not applied.`,
    buttons: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'discard', label: 'Discard', variant: 'danger' },
      ...(actions === undefined ? [] : [{ id: 'put', label: 'Put', variant: 'primary' as const }]),
    ],
  })
  if (answer === 'put') {
    await actions?.put()
    return !isStillDirty(tab.id)
  }
  if (answer === 'discard') actions?.discard()
  return answer === 'discard'
}

function isStillDirty(id: string): boolean {
  return useAppStore.getState().tabs.tabs.some(tab => tab.id === id && tab.isDirty)
}

/** The actions of a key tab that the window can run. */
export interface TabActions {
  put(): Promise<void>
  /** Drops the edits and offers to bring them back. */
  revert(): void
  /** Drops the edits of a value that is being removed. */
  discard(): void
  /** Formats the value. @returns Whether it could be. */
  format(): boolean
  /** Shows stored bytes, such as those of a copy, as an edit, and puts or reviews it. */
  take(bytes: Uint8Array, how: 'compare' | 'put'): Promise<void>
}

const actionsByTab = new Map<string, TabActions>()

/** Registers the actions of a tab; `undefined` removes them when the tab closes. */
export function registerTabActions(tab: string, actions: TabActions | undefined): void {
  if (actions === undefined) actionsByTab.delete(tab)
  else actionsByTab.set(tab, actions)
}

/** Shows what a copy has as an edit of the tab's value, and puts or reviews it. */
export function takeValue(tab: string, bytes: Uint8Array, how: 'compare' | 'put'): void {
  attempt(async () => tabActions(tab)?.take(bytes, how))
}

export function tabActions(tab: string | undefined): TabActions | undefined {
  return tab === undefined ? undefined : actionsByTab.get(tab)
}
