import { setImmediate } from 'node:timers/promises'

/** The maximum delay of one step of background work in milliseconds. */
const WAY = 100

/** Pauses background work so that other calls can use the store: otherwise each would wait for a read of this one. */
export async function giveWay(isBusy: () => boolean, signal: AbortSignal): Promise<void> {
  const end = performance.now() + WAY
  while (isBusy() && performance.now() < end && !signal.aborted) await setImmediate()
}
