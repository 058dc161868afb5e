import type { Maybe } from '../../../open/call.ts'
import { isBusy, sqliteFailure } from './failures.ts'

/** Milliseconds for which a statement may block this thread while another connection holds the lock. */
export const BLOCKED = 20
/** Milliseconds between the following attempts: the first wait, and the longest. */
const [SHORT_WAIT, LONG_WAIT] = [5, 100]
/** Milliseconds before it gives up. */
const BUSY_TIMEOUT = 10_000

/**
 * Runs `work`; while another connection holds the lock, retries without blocking the thread, because SQLite's own wait
 * would block the whole process.
 * @param isOver Whether the result is no longer needed.
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
  const deadline = performance.now() + BUSY_TIMEOUT
  for (let wait = SHORT_WAIT; performance.now() < deadline; wait = Math.min(2 * wait, LONG_WAIT)) {
    // Random, so that two processes that wait for each other's locks do not retry at the same time.
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
