import { LONGEST_TIMER } from '../concurrency/longest-timer.ts'
import { AbortError } from '../errors.ts'
import { ACTIONS, type Step } from './layer.ts'

/** Waits, for 24 days at most, unless the call is aborted first: then `AbortError`. */
export function pause(milliseconds: number, { verb, key, call }: Step): Promise<void> {
  const { cancel } = call
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        forget?.()
        resolve()
      },
      Math.min(milliseconds, LONGEST_TIMER),
    )
    const forget = cancel?.onAbort(() => {
      clearTimeout(timer)
      reject(new AbortError(ACTIONS[verb], { key, cause: cancel.reason }))
    })
  })
}
