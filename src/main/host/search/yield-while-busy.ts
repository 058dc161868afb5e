import { setImmediate } from 'node:timers/promises'

/** The maximum delay of one step of background work in milliseconds. */
const MAX_WAIT = 100

/** Pauses background work while other calls need the store, so that they need not wait behind its reads. */
export async function yieldWhileBusy(isBusy: () => boolean, signal: AbortSignal): Promise<void> {
  const end = performance.now() + MAX_WAIT
  while (isBusy() && performance.now() < end && !signal.aborted) await setImmediate()
}
