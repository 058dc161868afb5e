import { LONGEST_TIMER } from '../../concurrency/longest-timer.ts'
import { onAbort } from '../../concurrency/on-abort.ts'
import { AbortError } from '../../errors.ts'
import { ACTIONS, type Call } from '../intercepted.ts'

/** Waits, at the most 24 days, unless the call is aborted first: then `AbortError`. */
export function pause(milliseconds: number, call: Call): Promise<void> {
  const { signal } = call.options
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(new AbortError(ACTIONS[call.verb], { key: call.key, cause: signal?.reason }))
    }
    const timer = setTimeout(
      () => {
        forget?.()
        resolve()
      },
      Math.min(milliseconds, LONGEST_TIMER),
    )
    if (signal?.aborted === true) abort()
    const forget = signal === undefined || signal.aborted ? undefined : onAbort(signal, abort)
  })
}
