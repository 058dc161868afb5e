import { create } from 'zustand'
import { bytesToBase64 } from '../../../core/values/byte-text.ts'
import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import type { ConflictChoices, ManyAction, Selection } from '../../../shared/procedures/many.ts'
import { changesKeys, type ManyKeyAction } from '../../ui/keys/chosen-keys.ts'
import type { KeySelection } from '../../ui/keys/key-selection.ts'
import { failureMessage } from '../../ui/text/failure-message.ts'
import { formatNumber } from '../../ui/text/format.ts'
import { howToWrite, noWritesReason } from '../../ui/text/write-lock.ts'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { whileWaiting } from '../../ui/toasts/waits.tsx'
import { openDialog } from '../dialogs/dialog-store.ts'
import type { Services } from '../services.ts'
import { changeTabs, revealKey, setPanelOpen, useAppStore } from '../state/app-store.ts'
import { closeTab, retargetTabs, tabsOfKey } from '../tabs/tabs-model.ts'
import { confirmAct } from './environment-actions.ts'
import { attempt } from './failures.ts'
import { showChange } from './history-actions.ts'

/** The keys of one session that an action is applied to. */
export interface ChosenKeys {
  readonly session: string
  readonly selection: KeySelection
  /** The branch that is pasted into. */
  readonly below: string
  /** A branch below which keys keep their way when they go elsewhere. */
  readonly base?: string | undefined
}

/** Keys that were copied or cut, to be pasted into a branch of any open stack. */
interface KeyClipboard {
  readonly session: string
  readonly selection: Selection
  readonly base: string | undefined
  readonly count: number
  readonly isCut: boolean
}

export const useKeyClipboard = create<{ readonly clipboard: KeyClipboard | undefined }>(() => ({
  clipboard: undefined,
}))

/** Values that are copied as JSON at once, and their bytes. */
const MAX_JSON_KEYS = 1000
const MAX_JSON_BYTES = 8 * 1024 * 1024

/** Does something to the chosen keys. What changes anything first shows what it touches. */
export function actOnKeys(services: Services, action: ManyKeyAction, chosen: ChosenKeys): void {
  const { session, selection, below, base } = chosen
  if (changesKeys(action) && refusesWrites(services, session, `${action} keys`)) return
  switch (action) {
    case 'copy':
    case 'cut':
      keepInClipboard(services, chosen, action === 'cut')
      return
    case 'copyText':
      attempt(() => copyKeysAsText(services, selection))
      return
    case 'copyValues':
      attempt(() => whileWaiting('Copying the values…', copyValuesAsJson(services, session, selection)))
      return
    case 'paste':
      paste(services, session, below)
      return
    case 'duplicate':
      show(session, { type: 'duplicate', selection: selection.asSelection })
      return
    case 'move':
      show(
        session,
        {
          type: 'transfer',
          selection: selection.asSelection,
          to: { session, prefix: below, ...(base !== undefined && { base }) },
          isMove: true,
        },
        true,
      )
      return
    case 'rename':
      show(
        session,
        {
          type: 'rename',
          selection: selection.asSelection,
          pattern: { kind: 'glob', find: '', replace: '' },
        },
        true,
      )
      return
    case 'delete':
      show(session, { type: 'delete', selection: selection.asSelection })
  }
}

/** Whether a session takes no writes. If so, says why, and what to do to write. */
export function refusesWrites({ state }: Pick<Services, 'state'>, session: string, what: string): boolean {
  const info = state.sessions.get()?.find(({ id }) => id === session)
  const why = info && noWritesReason(info)
  if (info === undefined || why === undefined) return false
  showToast({ tone: 'error', message: failureMessage(what, why), hint: howToWrite(info) })
  return true
}

/** Puts keys of a session into a branch of the same or another one, after checking which keys exist there. */
export function transferKeys(
  services: Services,
  from: { readonly session: string; readonly selection: Selection; readonly base?: string | undefined },
  { session, prefix }: { readonly session: string; readonly prefix: string },
  isMove: boolean,
): void {
  if (isMove && refusesWrites(services, from.session, 'move keys')) return
  const to = { session, prefix, ...(from.base !== undefined && { base: from.base }) }
  show(from.session, { type: 'transfer', selection: from.selection, to, isMove })
}

function show(session: string, action: ManyAction, isAsking = false): void {
  openDialog({ type: 'many', session, action, isAsking })
}

/** Carries an action out as a job. */
export function runOnKeys(
  services: Services,
  session: string,
  action: ManyAction,
  conflicts: ConflictChoices,
  expected?: number,
): void {
  attempt(async () => {
    const others = action.type === 'transfer' ? [action.to.session] : []
    if (!(await confirmAct(services, [session, ...others], actTitle(action, expected)))) return
    const started = services.state.jobs.start(session, {
      type: 'many',
      action,
      conflicts,
      ...(expected !== undefined && { expected }),
    })
    await whileWaiting('Starting the job…', started)
    const { clipboard } = useKeyClipboard.getState()
    if (action.type === 'transfer' && action.isMove && clipboard?.isCut === true) {
      useKeyClipboard.setState({ clipboard: undefined })
    }
  })
}

/** `Delete 12 keys`. */
function actTitle(action: ManyAction, keys: number | undefined): string {
  const isCopy = action.type === 'transfer' && !action.isMove
  const verb = ACTS[isCopy ? 'copy' : action.type]
  if (keys === undefined) return `${verb} keys`
  return `${verb} ${keys === 1 ? '1 key' : `${formatNumber(keys)} keys`}`
}

const ACTS = { delete: 'Delete', duplicate: 'Duplicate', rename: 'Rename', transfer: 'Move', copy: 'Copy' }

function keepInClipboard(
  { shell }: Services,
  { session, selection, base }: ChosenKeys,
  isCut: boolean,
): void {
  const { count } = selection
  useKeyClipboard.setState({
    clipboard: { session, selection: selection.asSelection, base, count, isCut },
  })
  const what = count === 1 ? `"${selection.keys[0] ?? ''}"` : `${formatNumber(count)} keys`
  attempt(async () => {
    // For other programs, as text.
    if (!selection.hasRanges) await shell.copyText(selection.keys.join('\n'))
    showToast({ tone: 'info', message: `${isCut ? 'Cut' : 'Copied'} ${what}` })
  })
}

function paste(services: Services, session: string, prefix: string): void {
  const { clipboard } = useKeyClipboard.getState()
  if (clipboard === undefined) {
    showToast({ tone: 'info', message: 'Nothing to paste: copy or cut keys first' })
    return
  }
  const isSameParent =
    !clipboard.isCut && clipboard.session === session && isParent(prefix, clipboard.selection)
  // What is pasted where it is becomes a duplicate.
  if (isSameParent) show(session, { type: 'duplicate', selection: clipboard.selection })
  else transferKeys(services, clipboard, { session, prefix }, clipboard.isCut)
}

function isParent(prefix: string, { keys, ranges }: Selection): boolean {
  const parents = keys.map(key => key.slice(0, Math.max(1, key.lastIndexOf('/'))))
  return [...parents, ...ranges.map(range => range.level)].every(level => level === prefix)
}

async function copyKeysAsText({ shell }: Services, selection: KeySelection): Promise<void> {
  refuseRanges(selection)
  await shell.copyText(selection.keys.join('\n'))
  const [first] = selection.keys
  showToast({
    tone: 'info',
    message:
      selection.count === 1
        ? `Copied "${first ?? ''}"`
        : `Copied ${formatNumber(selection.count)} keys as text`,
  })
}

/** Copies `{ key: value }`: a value that is JSON as such, other text as text, bytes in base64. */
async function copyValuesAsJson(
  { client, shell }: Services,
  session: string,
  selection: KeySelection,
): Promise<void> {
  refuseRanges(selection)
  const keys = selection.keys.slice(0, MAX_JSON_KEYS)
  const lines: string[] = []
  let size = 0
  for (const key of keys) {
    const found = await client.call('store.has', { session, key })
    if (!found.exists) continue
    const { bytes, stat } = await client.call('store.get', { session, key })
    size += stat.size
    if (size > MAX_JSON_BYTES || bytes.length < stat.size)
      throw new Error('The values are too large to copy as JSON')
    lines.push(`${JSON.stringify(key)}: ${valueAsJson(bytes)}`)
  }
  if (lines.length === 0) throw new Error('None of the keys has a value of its own')
  await shell.copyText(`{\n  ${lines.join(',\n  ')}\n}\n`)
  const what = lines.length === 1 ? '1 value' : `${formatNumber(lines.length)} values`
  showToast({ tone: 'info', message: `Copied ${what} as JSON` })
}

function valueAsJson(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    try {
      JSON.parse(text)
      // As it is written: numbers stay what they are.
      return text.trim()
    } catch {
      return JSON.stringify(text)
    }
  } catch {
    return JSON.stringify({ base64: bytesToBase64(bytes) })
  }
}

function refuseRanges(selection: KeySelection): void {
  if (selection.hasRanges) throw new Error('Too many keys to copy as text: choose fewer')
}

/** Says how a job on many keys ended, and offers to take it back. Other jobs are reported by the code that started them. */
export function manyEnded(services: Services, job: JobInfo): void {
  const { request, state, result } = job
  if (request.type !== 'many') return
  closeTabsOf(job.session, request.action)
  const stayed = (result?.skipped ?? 0) + (result?.stayed ?? 0)
  if (state === 'done' && stayed === 0) followMoved(job.session, request.action)
  const parts = [
    `${PAST[request.action.type === 'transfer' && !request.action.isMove ? 'copy' : request.action.type]} ${doneText(job)}`,
  ]
  if (stayed > 0) parts.push(stayedText(job))
  if (state === 'cancelled') parts.push('then stopped')
  const undo = result?.undo
  const isWhole = state === 'done' && stayed === 0
  showChange(services, undo?.session ?? job.session, undo?.entry, {
    tone: state === 'failed' ? 'error' : isWhole ? 'success' : 'info',
    message:
      state === 'failed'
        ? (job.error?.message ?? `${job.title} failed`)
        : (ofOneAlone(job) ?? parts.join(' · ')),
    hint: result?.examples[0] && `${result.examples[0].key}: ${result.examples[0].reason}`,
    failureId: job.error?.id,
  })
  if (stayed > 0) setPanelOpen('isActivityOpen', true)
}

/** What there is to say of one key or branch that was deleted or moved alone. */
function ofOneAlone(job: JobInfo): string | undefined {
  const { request, state, done, result } = job
  if (request.type !== 'many' || state !== 'done') return undefined
  const { action } = request
  if (action.type !== 'delete' && action.type !== 'transfer') return undefined
  const { keys, ranges } = action.selection
  const [key = ''] = keys
  if (keys.length !== 1 || ranges.length > 0) return undefined
  const isCopy = action.type === 'transfer' && !action.isMove
  const verb = PAST[isCopy ? 'copy' : action.type]
  const first = result?.examples.find(one => one.key === key)
  if (first !== undefined && result?.skipped === 0 && !isCopy) {
    if (done === 0) return `"${key}" is still there: ${first.reason}`
    return `${verb} ${doneText(job)}, but the branch "${key}" is still there: ${first.reason}`
  }
  if (result === undefined || done + result.stayed + result.skipped > 0) return undefined
  // A branch that goes in one step is not counted.
  if (action.type === 'transfer') return `${verb} "${key}" to "${newKeyOf(action, key)}"`
  return `Deleted "${key}", which held no keys`
}

const PAST = {
  delete: 'Deleted',
  duplicate: 'Duplicated',
  rename: 'Renamed',
  transfer: 'Moved',
  copy: 'Copied',
}

function doneText({ done }: JobInfo): string {
  return done === 1 ? '1 key' : `${formatNumber(done)} keys`
}

function stayedText({ result }: JobInfo): string {
  const texts = []
  if (result !== undefined && result.skipped > 0) texts.push(`${formatNumber(result.skipped)} skipped`)
  if (result !== undefined && result.stayed > 0) texts.push(`${formatNumber(result.stayed)} stayed`)
  return texts.join(', ')
}

/** Tabs of keys that moved go with them, and the tree shows one that moved alone. */
function followMoved(session: string, action: ManyAction): void {
  if (action.type !== 'transfer' || !action.isMove || action.to.session !== session) return
  const { keys, isValuesOnly } = action.selection
  if (isValuesOnly === true) return
  for (const from of keys) {
    const to = newKeyOf(action, from)
    changeTabs(tabs => retargetTabs(tabs, session, from, to))
    if (keys.length === 1) revealKey(session, to)
  }
}

/** Where a key goes. */
function newKeyOf({ to }: Extract<ManyAction, { readonly type: 'transfer' }>, key: string): string {
  const { prefix, name, base } = to
  const isOfBase = base !== undefined && key.startsWith(`${base}/`)
  const last = isOfBase ? key.slice(base.length + 1) : (name ?? key.slice(key.lastIndexOf('/') + 1))
  return `${prefix === '/' ? '' : prefix}/${last}`
}

/** Tabs of keys that went are closed, but for those with edits. */
function closeTabsOf(session: string, action: ManyAction): void {
  if (action.type !== 'delete') return
  const { tabs } = useAppStore.getState()
  const { keys, isValuesOnly = false } = action.selection
  const gone = keys.flatMap(key => tabsOfKey(tabs, session, key, !isValuesOnly))
  changeTabs((all, current) =>
    gone.filter(tab => !tab.isDirty).reduce((left, tab) => closeTab(left, tab.id, current), all),
  )
}
