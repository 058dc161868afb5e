import { onAbort } from '../../../concurrency/on-abort.ts'
import { AbortError, throwIfAborted } from '../../../errors.ts'
import type { Key } from '../../../key.ts'

/**
 * Takes a turn that may be long in coming. Aborted before it comes, the call rejects at once and its work is never
 * done; once begun, the work itself decides.
 * @param takeTurn Calls what it is given when it is time.
 */
export async function waitInLine<T>(
  takeTurn: (work: () => Promise<T>) => Promise<T>,
  work: () => Promise<T>,
  action: string,
  key: Key,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return takeTurn(work)
  const progress = { hasBegun: false }
  const turn = takeTurn(async () => {
    throwIfAborted(signal, action, key)
    progress.hasBegun = true
    return work()
  })
  if (progress.hasBegun) return turn
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      if (!progress.hasBegun) reject(new AbortError(action, { key, cause: signal.reason }))
    }
    if (signal.aborted) abort()
    const forget = signal.aborted ? () => undefined : onAbort(signal, abort)
    turn.then(resolve, reject).then(forget, forget)
  })
}
