import { onAbort } from '../../concurrency/on-abort.ts'
import { AbortError } from '../../errors.ts'
import { ACTIONS, type Call } from '../intercepted.ts'

/** A timer that is set for longer goes off at once. */
const LONGEST = 2 ** 31 - 1

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
      Math.min(milliseconds, LONGEST),
    )
    if (signal?.aborted === true) abort()
    const forget = signal === undefined || signal.aborted ? undefined : onAbort(signal, abort)
  })
}
