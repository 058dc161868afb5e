import type { Failure } from '../../../shared/values.ts'
import { CallError, isAbortedCall } from '../../api/client.ts'
import { adviceToWrite } from '../../ui/text/write-lock.ts'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { useAppStore } from '../state/app-store.ts'

/** Runs an action and shows its failure. */
export function attempt(action: () => Promise<unknown>): void {
  action().catch(reportFailure)
}

/** Shows a failure, with the key and what to try. */
export function reportFailure(error: unknown): void {
  if (isAbortedCall(error)) return
  if (error instanceof CallError) {
    // The notice bar already shows it.
    if (error.code === 'CONNECTION' && useAppStore.getState().isServerLost) return
    showToast({ tone: 'error', message: error.message, hint: failureHint(error), failureId: error.id })
    return
  }
  console.error(error)
  const message = error instanceof Error ? error.message : String(error)
  showToast({ tone: 'error', message: `Something went wrong in the page: ${message}` })
}

/** What to try after a failure; `undefined` if the message suffices. */
export function failureHint({
  code,
  key,
  isLocked,
}: Pick<Failure, 'code' | 'key' | 'isLocked'>): string | undefined {
  switch (code) {
    case 'READ_ONLY':
      return adviceToWrite({ isLocked })
    case 'NOT_FOUND':
      return key === undefined
        ? 'It may have been deleted or moved meanwhile.'
        : 'It may have been deleted or moved meanwhile. Refresh the keys.'
    case 'ALREADY_EXISTS':
      return 'Choose another key, or open the one that is there.'
    case 'CONFLICT':
      return 'Somebody else changed it first. Look at the current value, then try again.'
    case 'ACCESS_DENIED':
      return 'Check the permissions of the file or folder for the user that runs Strata.'
    case 'CONNECTION':
      return 'Unsaved edits are kept. Try again once the connection is back.'
    case 'IO':
      return 'Check that the disk or folder is still there and has room.'
    case 'CORRUPT':
      return 'View the bytes as Hex to see what is stored.'
    case 'CONFIG_INVALID':
      return 'Correct the stack in the stack editor.'
    case 'TIMEOUT':
      return 'Try again.'
    case 'CLOSED':
      return 'Open the stack again from "Stacks".'
    default:
      return undefined
  }
}
