import { ask } from '../dialogs/dialog-store.ts'
import { keepFocus } from '../regions.ts'
import { currentSettings, type Services } from '../services.ts'
import { changeTabs, focusValue, revealKey, useAppStore } from '../state/app-store.ts'
import { rememberKey } from '../state/recent-keys.ts'
import { type Tab, tabDescription } from '../tabs/tab.ts'
import { closeTab, openTab } from '../tabs/tabs-model.ts'
import { rememberedView } from '../tabs/view-memory.ts'

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
  const view = rememberedView(currentSettings(services).views, key)
  const source = services.state.sessions.get()?.find(({ id }) => id === session)?.source
  if (as === 'key' && source !== undefined) rememberKey(services.storage, source, key)
  changeTabs(tabs =>
    openTab(tabs, as === 'key' ? { kind: 'key', session, key, view } : { kind: 'branch', session, key }, {
      isPreview,
    }),
  )
}

/** Opens a key, shows it in the tree, and gives the keyboard to its value once that is there. */
export function goToKey(
  services: Services,
  session: string,
  key: string,
  { as, isPreview = true }: { readonly as: 'key' | 'branch'; readonly isPreview?: boolean },
): void {
  openKey(services, session, key, { as, isPreview })
  revealKey(session, key)
  if (as === 'key') focusValue(session, key)
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
  const isStack = tab.kind === 'stack'
  const answer = await ask({
    title: 'Unsaved changes',
    message: isStack
      ? `${tabDescription(tab)} has changes that were not applied.`
      : `The value of "${tab.key}" has changes that were not put.`,
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
  /** Drops the edits of a value that goes. */
  discard(): void
}

const actionsByTab = new Map<string, TabActions>()

/** Registers the actions of a tab; `undefined` removes them when the tab closes. */
export function registerTabActions(tab: string, actions: TabActions | undefined): void {
  if (actions === undefined) actionsByTab.delete(tab)
  else actionsByTab.set(tab, actions)
}

export function tabActions(tab: string | undefined): TabActions | undefined {
  return tab === undefined ? undefined : actionsByTab.get(tab)
}
