import { setImmediate } from 'node:timers/promises'

interface WatchLoopOptions {
  /** Whether there is something to examine. */
  readonly isDue: () => boolean
  /** Examines what is due. */
  readonly examine: () => Promise<void>
  readonly failed: (error: unknown) => void
}

/** Examines the reported changes of a watch in rounds: changes of one moment are examined together. */
export class WatchLoop {
  readonly #options: WatchLoopOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined

  constructor(options: WatchLoopOptions) {
    this.#options = options
  }

  /** Fires when the watch ends. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** Starts a round, unless one is running, which then includes what is due now. @param first Done before the round. */
  run(first?: () => Promise<void>): void {
    if (this.stopping.aborted) return
    this.#running ??= this.#work(first)
      .catch(this.#options.failed)
      .finally(() => {
        this.#running = undefined
        if (this.#options.isDue()) this.run()
      })
  }

  /** Resolves once nothing is being examined. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #work(first?: () => Promise<void>): Promise<void> {
    await first?.()
    while (!this.stopping.aborted && this.#options.isDue()) {
      await setImmediate()
      await this.#options.examine()
    }
  }
}
