import { setImmediate } from 'node:timers/promises'

/** The maximum delay of one step of background work in milliseconds. */
const WAY = 100

/** Pauses background work while other calls need the store, so that they need not wait behind its reads. */
export async function giveWay(isBusy: () => boolean, signal: AbortSignal): Promise<void> {
  const end = performance.now() + WAY
  while (isBusy() && performance.now() < end && !signal.aborted) await setImmediate()
}
