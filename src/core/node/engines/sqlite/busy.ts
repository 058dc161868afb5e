import type { Maybe } from '../../../open/call.ts'
import { isBusy, sqliteFailure } from './failures.ts'

/** Milliseconds for which a statement may hold up this thread while somebody else has the lock. */
export const BLOCKED = 20
/** Milliseconds between attempts after that, from the first to the longest. */
const [SHORT_WAIT, LONG_WAIT] = [5, 100]
/** Milliseconds after which it is given up. */
const PATIENCE = 10_000

/**
 * Works at once, and where somebody else has the lock, again and again without holding up the thread: the wait of SQLite
 * itself would block the whole process.
 * @param isOver Whether nobody waits for it any more.
 */
export function whenFree<T>(action: string, work: () => T, isOver: () => boolean = () => false): Maybe<T> {
  try {
    return work()
  } catch (error) {
    if (isBusy(error)) return retry(action, work, isOver, error)
    throw sqliteFailure(action, error)
  }
}

async function retry<T>(action: string, work: () => T, isOver: () => boolean, first: unknown): Promise<T> {
  let failed = first
  const deadline = performance.now() + PATIENCE
  for (let wait = SHORT_WAIT; performance.now() < deadline; wait = Math.min(2 * wait, LONG_WAIT)) {
    // At random, so that two who wait for each other's locks do not meet again.
    await new Promise(resolve => setTimeout(resolve, wait * (0.5 + Math.random())))
    if (isOver()) break
    try {
      return work()
    } catch (error) {
      if (!isBusy(error)) throw sqliteFailure(action, error)
      failed = error
    }
  }
  throw sqliteFailure(action, failed)
}
