import type { Reply } from '../../../shared/values.ts'

/** The calls of one page that have not been answered yet, by the ids that the page chose. */
export class RunningCalls {
  readonly #running = new Map<number, AbortController>()

  /** Runs a call under its id; refuses an id that is no number or is in use. */
  async run(id: unknown, work: (signal: AbortSignal) => Promise<Reply<unknown>>): Promise<Reply<unknown>> {
    if (typeof id !== 'number' || this.#running.has(id)) {
      const message = 'A call needs an id of its own, which is a number'
      return { ok: false, error: { code: 'BAD_INPUT', message } }
    }
    const controller = new AbortController()
    this.#running.set(id, controller)
    try {
      return await work(controller.signal)
    } finally {
      this.#running.delete(id)
    }
  }

  cancel(id: number): void {
    this.#running.get(id)?.abort()
  }

  abortAll(): void {
    for (const controller of this.#running.values()) controller.abort()
  }
}
