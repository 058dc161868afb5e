const LONGEST_RUN_MS = 8

/**
 * Lets timers, messages and aborts through while a long answer is worked out. A store in memory answers without ever
 * waiting, so without pauses nothing else in the process would run until the end.
 */
export class Pacer {
  #since = performance.now()

  /** Whether it has been long since the last pause. */
  get isDue(): boolean {
    return performance.now() - this.#since > LONGEST_RUN_MS
  }

  async pause(): Promise<void> {
    await new Promise<void>(resolve => {
      setTimeout(resolve)
    })
    this.#since = performance.now()
  }
}
