interface Waiting {
  readonly isMet: () => boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Promises that wait for conditions. */
export class Waiters {
  readonly #waiting = new Set<Waiting>()

  get size(): number {
    return this.#waiting.size
  }

  /** Resolves after a `check` that finds `isMet`; rejects when the signal fires or everybody is turned away. */
  async until(isMet: () => boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    let abort: () => void = () => undefined
    try {
      await new Promise<void>((resolve, reject) => {
        const waiting: Waiting = { isMet, resolve, reject }
        this.#waiting.add(waiting)
        abort = () => {
          this.#waiting.delete(waiting)
          reject(signal.reason as Error)
        }
        signal.addEventListener('abort', abort, { once: true })
      })
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** Resolves the promises whose condition is met. */
  check(): void {
    for (const waiting of this.#waiting) {
      if (!waiting.isMet()) continue
      this.#waiting.delete(waiting)
      waiting.resolve()
    }
  }

  turnAway(error: unknown): void {
    for (const waiting of this.#waiting) waiting.reject(error)
    this.#waiting.clear()
  }
}
