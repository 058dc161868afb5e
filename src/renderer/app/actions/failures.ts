import { CallError, isAbortedCall } from '../../api/client.ts'
import { showToast } from '../../ui/toasts.ts'
import { failureHint } from './failure-hint.ts'

/** Does something and shows a failure to the person. */
export function attempt(action: () => Promise<unknown>): void {
  action().catch(reportFailure)
}

/** Says what happened to which key, and what to try. */
export function reportFailure(error: unknown): void {
  if (isAbortedCall(error)) return
  if (error instanceof CallError) {
    showToast({ tone: 'error', message: error.message, hint: failureHint(error) })
    return
  }
  console.error(error)
  const message = error instanceof Error ? error.message : String(error)
  showToast({ tone: 'error', message: `Something went wrong in the page: ${message}` })
}
