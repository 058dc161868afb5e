import type { JobRequest } from '../../../shared/procedures/jobs.ts'
import type { KeyRequest } from '../../ui/keys/key-request.ts'
import { formatNumber } from '../../ui/text/format.ts'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { whileWaiting } from '../../ui/toasts/waits.tsx'
import { type DeleteTarget, openDialog } from '../dialogs/dialog-store.ts'
import type { Services } from '../services.ts'
import { changeTabs, revealKey, setPanelOpen, useAppStore } from '../state/app-store.ts'
import type { Tab } from '../tabs/tab.ts'
import { closeTab, retargetTabs, tabsOfKey } from '../tabs/tabs-model.ts'
import { confirmAct, isInProduction, isSkipped } from './environment-actions.ts'
import { attempt } from './failures.ts'
import { noUndoReason, showChange } from './history-actions.ts'
import { actOnKeys, refusesWrites, transferKeys } from './many-actions.ts'
import { putFiles } from './put-files.ts'
import { NEW_QUERY, openQuery, tabActions } from './tab-commands.ts'

/** Deletes one value and closes its tab. */
export async function deleteValue(services: Services, session: string, key: string): Promise<void> {
  const { entry } = await whileWaiting(
    `Deleting "${key}"…`,
    services.client.call('store.delete', { session, key }),
  )
  const gone = tabsOfKey(useAppStore.getState().tabs, session, key, false)
  // Otherwise edits of the deleted value would be offered as a draft.
  for (const tab of gone) tabActions(tab.id)?.discard()
  dropTabs(gone)
  showChange(services, session, entry, {
    tone: 'success',
    message: `Deleted "${key}"`,
    topic: { kind: `deleted ${session}`, keys: [key], joined: count => keysMessage('Deleted', count) },
  })
}

/** Deletes a value at once where that can be undone; else, for a branch, and in production, asks first. */
export async function requestDelete(services: Services, target: DeleteTarget): Promise<void> {
  const { session, key, isBranch } = target
  const facts = Promise.all([
    services.state.histories.load(session),
    services.client.call('store.stat', { session, key }).catch(() => undefined),
  ])
  const [history, stat] = await whileWaiting(`Looking at "${key}"…`, facts)
  const why = noUndoReason(history, stat?.size)
  const isProduction = isInProduction(services, session)
  if (isProduction && !isBranch && why === undefined && !isSkipped(session)) {
    if (await confirmAct(services, [session], `Delete ${key}`)) await deleteValue(services, session, key)
    return
  }
  if (isProduction || isBranch || why !== undefined) openDialog({ type: 'delete', ...target, why })
  else await deleteValue(services, session, key)
}

/** Says that a value was put, and offers to take that back. */
export function valuePut(services: Services, session: string, key: string, entry: number | undefined): void {
  showChange(services, session, entry, {
    tone: 'success',
    message: `Saved "${key}"`,
    topic: { kind: `saved ${session}`, keys: [key], joined: count => keysMessage('Saved', count) },
  })
}

/** Deletes everything at and below `key`, as a job. */
export async function deleteBranch(
  services: Services,
  session: string,
  key: string,
  expected: number,
): Promise<void> {
  if (!(await confirmAct(services, [session], `Delete ${key} and what is below it`))) return
  await startJob(services, session, {
    type: 'many',
    action: { type: 'delete', selection: { keys: [key], ranges: [] } },
    conflicts: { all: 'skip' },
    expected,
  })
}

/** Renames one value; its tab and the tree follow. Rejects with `ALREADY_EXISTS` unless `replace` is given. */
export async function renameKey(
  services: Services,
  session: string,
  from: string,
  to: string,
  replace: boolean,
): Promise<void> {
  const { entry } = await whileWaiting(
    `Renaming "${from}"…`,
    services.client.call('store.rename', { session, from, to, replace }),
  )
  valueRenamed(services, session, { from, to, entry })
}

/** A value was renamed: its tab and the tree follow, and that can be taken back. */
function valueRenamed(
  services: Services,
  session: string,
  { from, to, entry }: { readonly from: string; readonly to: string; readonly entry: number | undefined },
): void {
  keyRenamed(session, from, to)
  const isRecorded = services.state.histories.get(session)?.isOn === true
  const hint =
    entry === undefined && isRecorded
      ? 'Its value is too large to be recorded, so this cannot be undone.'
      : undefined
  showChange(services, session, entry, { tone: 'success', message: `Renamed "${from}" to "${to}"`, hint })
}

export function keyRenamed(session: string, from: string, to: string): void {
  changeTabs(tabs => retargetTabs(tabs, session, from, to))
  revealKey(session, to)
}

/** Moves everything at and below `from`, as a job. */
export async function moveBranch(
  services: Services,
  session: string,
  from: string,
  to: string,
): Promise<void> {
  if (!(await confirmAct(services, [session], `Move ${from}`))) return
  const end = to.lastIndexOf('/')
  await startJob(services, session, {
    type: 'many',
    action: {
      type: 'transfer',
      selection: { keys: [from], ranges: [] },
      to: { session, prefix: to.slice(0, end) || '/', name: to.slice(end + 1) },
      isMove: true,
    },
    conflicts: { all: 'skip' },
  })
}

export async function copyText({ shell }: Services, text: string, what: string): Promise<void> {
  await shell.copyText(text)
  showToast({ tone: 'info', message: `Copied ${what}` })
}

/** The message for a finished job. */
export function keysMessage(verb: string, count: number): string {
  return `${verb} ${count === 1 ? '1 key' : `${formatNumber(count)} keys`}`
}

/** Milliseconds after which a job that is still running is shown in "Activity". */
const SHORT_JOB = 1000

async function startJob({ state }: Services, session: string, request: JobRequest): Promise<void> {
  const { id } = await whileWaiting('Starting the job…', state.jobs.start(session, request))
  // Of a short job its notification says enough.
  setTimeout(() => {
    const job = state.jobs.get()?.find(other => other.id === id)
    if (job?.state === 'running') setPanelOpen('isActivityOpen', true)
  }, SHORT_JOB)
}

function dropTabs(tabs: readonly Tab[]): void {
  changeTabs((state, current) => tabs.reduce((left, tab) => closeTab(left, tab.id, current), state))
}

export function handleKeyRequest(services: Services, session: string, request: KeyRequest): void {
  const change = CHANGES[request.type]
  if (change !== undefined && refusesWrites(services, session, change)) return
  switch (request.type) {
    case 'newKey':
      openDialog({ type: 'newKey', session, initial: levelText(request.below) })
      return
    case 'delete':
      attempt(() => requestDelete(services, { ...request, session }))
      return
    case 'copyKey':
      attempt(() => copyText(services, request.key, `"${request.key}"`))
      return
    case 'renamed':
      valueRenamed(services, session, request)
      return
    case 'moveBranch':
      attempt(() => moveBranch(services, session, request.from, request.to))
      return
    case 'query':
      openQuery(session, { prefix: request.below, ...NEW_QUERY })
      return
    case 'openQuery':
      openQuery(session, request.query)
      return
    case 'drop':
      if (request.keys !== undefined) {
        transferKeys(services, request.keys, { session, prefix: request.below }, request.isMove)
      } else attempt(() => putFiles(services, session, request.below, request.entries))
      return
    case 'many':
      actOnKeys(services, request.action, { session, selection: request.selection, below: request.below })
      return
    case 'goToKey':
      openDialog({ type: 'goToKey', session })
  }
}

/** The requests that write, in words; those on many keys are checked where they are executed. */
const CHANGES: Partial<Readonly<Record<KeyRequest['type'], string>>> = {
  newKey: 'put a key',
  delete: 'delete keys',
  moveBranch: 'move keys',
  drop: 'put keys here',
}

/** A level's key, ready for a name: `/a` → `/a/`, `/` → `/`. */
export function levelText(prefix: string): string {
  return prefix.endsWith('/') ? prefix : `${prefix}/`
}
