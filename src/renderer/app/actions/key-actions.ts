import type { JobRequest } from '../../../shared/procedures/jobs.ts'
import { formatNumber } from '../../ui/format.ts'
import { showToast } from '../../ui/toasts.tsx'
import { openDialog } from '../dialogs/dialog-store.ts'
import type { Services } from '../services.ts'
import { changeTabs, revealKey, setPanelOpen, useAppStore } from '../state/app-store.ts'
import type { Tab } from '../tabs/tab.ts'
import { closeTab, retargetTabs, tabsOfKey } from '../tabs/tabs-model.ts'
import { attempt } from './failures.ts'
import { tabActions } from './tab-commands.ts'

/** Deletes one value and closes its tab. */
export async function deleteValue({ client }: Services, session: string, key: string): Promise<void> {
  await client.call('store.delete', { session, key })
  const gone = tabsOfKey(useAppStore.getState().tabs, session, key, false)
  // Edits of a value that was deleted on purpose would be offered as a draft.
  for (const tab of gone) tabActions(tab.id)?.discard()
  dropTabs(gone)
  showToast({ tone: 'success', message: `Deleted "${key}"` })
}

/** Deletes everything at and below `key`, as a job. */
export async function deleteBranch(services: Services, session: string, key: string): Promise<void> {
  await startJob(services, session, { type: 'deleteBranch', prefix: key })
}

/** Closes the tabs of a deleted branch, except those with unsaved changes. */
export function branchDeleted(session: string, key: string): void {
  dropTabs(tabsOfKey(useAppStore.getState().tabs, session, key, true).filter(tab => !tab.isDirty))
}

/** Renames one value; its tab and the tree follow. Rejects with `ALREADY_EXISTS` unless `replace` is given. */
export async function renameKey(
  { client }: Services,
  session: string,
  from: string,
  to: string,
  replace: boolean,
): Promise<void> {
  await client.call('store.rename', { session, from, to, replace })
  keyRenamed(session, from, to)
  showToast({ tone: 'success', message: `Renamed "${from}" to "${to}"` })
}

export function keyRenamed(session: string, from: string, to: string): void {
  changeTabs(tabs => retargetTabs(tabs, session, from, to))
  revealKey(session, to)
}

export async function moveBranch(
  services: Services,
  session: string,
  from: string,
  to: string,
): Promise<void> {
  await startJob(services, session, { type: 'moveBranch', from, to })
}

export async function copyText({ shell }: Services, text: string, what: string): Promise<void> {
  await shell.copyText(text)
  showToast({ tone: 'info', message: `Copied ${what}` })
}

/** The message for a finished job. */
export function keysMessage(verb: string, count: number): string {
  return `${verb} ${count === 1 ? '1 key' : `${formatNumber(count)} keys`}`
}

async function startJob({ state }: Services, session: string, request: JobRequest): Promise<void> {
  await state.jobs.start(session, request)
  setPanelOpen('isActivityOpen', true)
}

function dropTabs(tabs: readonly Tab[]): void {
  changeTabs((state, current) => tabs.reduce((left, tab) => closeTab(left, tab.id, current), state))
}

/** A request of the tree or a table of children to the window. Keys are texts. */
type KeyRequest =
  | { readonly type: 'newKey'; readonly below: string }
  | { readonly type: 'delete'; readonly key: string; readonly isValue: boolean; readonly isBranch: boolean }
  | { readonly type: 'copyKey'; readonly key: string }
  | { readonly type: 'renamed'; readonly from: string; readonly to: string }
  | { readonly type: 'moveBranch'; readonly from: string; readonly to: string }
  | { readonly type: 'goToKey' }

export function handleKeyRequest(services: Services, session: string, request: KeyRequest): void {
  switch (request.type) {
    case 'newKey':
      openDialog({ type: 'newKey', session, initial: levelText(request.below) })
      return
    case 'delete':
      openDialog({ ...request, type: 'delete', session })
      return
    case 'copyKey':
      attempt(() => copyText(services, request.key, `"${request.key}"`))
      return
    case 'renamed':
      keyRenamed(session, request.from, request.to)
      return
    case 'moveBranch':
      attempt(() => moveBranch(services, session, request.from, request.to))
      return
    case 'goToKey':
      openDialog({ type: 'goToKey', session })
  }
}

/** A level's key, ready for a name: `/a` → `/a/`, `/` → `/`. */
export function levelText(prefix: string): string {
  return prefix.endsWith('/') ? prefix : `${prefix}/`
}
