import type { HistoryState, UndoneInfo } from '../../../shared/procedures/history.ts'
import { formatBytes, formatNumber } from '../../ui/text/format.ts'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { whileWaiting } from '../../ui/toasts/waits.tsx'
import { ask } from '../dialogs/dialog-store.ts'
import type { Services } from '../services.ts'
import { revealKey } from '../state/app-store.ts'
import { attempt } from './failures.ts'

/** Takes an entry back, by default the latest, and offers to make it again. */
export async function undo(services: Services, session: string, entry?: number): Promise<void> {
  const undone = await whileWaiting('Undoing…', services.client.call('history.undo', { session, entry }))
  offers.get(undone.entry)?.()
  const run = () => attempt(() => redo(services, session, undone.entry))
  showToast({ ...toastOf(session, 'Undid', undone), action: { label: 'Redo', run } })
}

/** Makes an entry again, by default the one that was taken back last. */
export async function redo(services: Services, session: string, entry?: number): Promise<void> {
  const redone = await whileWaiting('Redoing…', services.client.call('history.redo', { session, entry }))
  showChange(services, session, redone.entry, toastOf(session, 'Redid', redone))
}

type Toast = Parameters<typeof showToast>[0]

/** Notifications that offer to take a change back, by its entry. */
const offers = new Map<number, () => void>()

/** Says that something was changed, and offers to take it back where it is on record. */
export function showChange(
  services: Services,
  session: string,
  entry: number | undefined,
  toast: Omit<Toast, 'action'>,
): void {
  if (entry === undefined) {
    showToast(toast)
    return
  }
  const run = () => attempt(() => undo(services, session, entry))
  // One offer a change: what was taken back offers nothing more.
  offers.clear()
  offers.set(entry, showToast({ ...toast, action: { label: 'Undo', run } }))
}

function toastOf(
  session: string,
  verb: string,
  { title, key, skipped, done, examples }: UndoneInfo,
): Omit<Toast, 'action'> {
  if (key !== undefined) revealKey(session, key)
  const message = `${verb} ${title}`
  if (skipped === 0) return { tone: 'success', message }
  const names = `${examples.join(', ')}${skipped > examples.length ? ', …' : ''}`
  const count = `${formatNumber(done)} of ${formatNumber(done + skipped)} keys`
  const hint = `${count}. The others were changed since and stay as they are: ${names}`
  return { tone: 'info', message, hint }
}

/** Turns recording on, or off after a question, since that clears what is recorded. */
export async function switchHistory(services: Services, session: string): Promise<void> {
  const {
    client,
    state: { histories },
  } = services
  const { isOn, bytes } = await histories.load(session)
  if (isOn) {
    const answer = await ask({
      title: 'Stop recording changes?',
      message: `What was recorded of this stack (${formatBytes(bytes)}) is removed: nothing that was done can be undone then, and no earlier version of a key is kept.`,
      buttons: [
        { id: 'stop', label: 'Stop and clear', variant: 'danger' },
        { id: 'cancel', label: 'Cancel' },
      ],
    })
    if (answer !== 'stop') return
  }
  await client.call('history.setOn', { session, isOn: !isOn })
  const { reason } = await histories.load(session)
  const message = isOn ? 'Changes of this stack are no longer recorded' : 'Changes of this stack are recorded'
  showToast({ tone: reason === undefined || isOn ? 'success' : 'info', message, hint: reason })
}

/** Why the change of a value of so many bytes could not be taken back; `undefined` where it can. */
export function noUndoReason(history: HistoryState, bytes: number | undefined): string | undefined {
  if (!history.isOn) return history.reason ?? 'Changes of this stack are not recorded.'
  if (bytes === undefined || bytes <= history.maxValueBytes) return undefined
  return `The value has ${formatBytes(bytes)}, and only values of up to ${formatBytes(history.maxValueBytes)} are recorded.`
}

/** Asks before a put that could not be taken back because of its size. @returns Whether to continue. */
export async function confirmLargePut(services: Services, session: string, bytes: number): Promise<boolean> {
  const { histories } = services.state
  const history = histories.get(session) ?? (await histories.load(session))
  const why = history.isOn ? noUndoReason(history, bytes) : undefined
  if (why === undefined) return true
  const answer = await ask({
    title: 'This put cannot be undone',
    message: why,
    buttons: [
      { id: 'put', label: 'Put', variant: 'primary' },
      { id: 'cancel', label: 'Cancel' },
    ],
  })
  return answer === 'put'
}
