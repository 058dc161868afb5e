/** How long a transfer lasts: until it is ended, its session closes, or nobody has used it for a while. */
export class TransferLife {
  readonly #controller = new AbortController()
  readonly #closing: AbortSignal
  readonly #idleLimit: number
  readonly #end: () => void
  #timer: NodeJS.Timeout | undefined

  /**
   * @param closing Fires when the session closes.
   * @param idleLimit Milliseconds that may pass between two uses.
   * @param end Called when one of the two happens.
   */
  constructor(closing: AbortSignal, idleLimit: number, end: () => void) {
    this.#closing = closing
    this.#idleLimit = idleLimit
    this.#end = end
    closing.addEventListener('abort', end, { once: true })
    this.use()
  }

  /** Fires when the transfer ends. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get isOver(): boolean {
    return this.signal.aborted
  }

  /** Begins a new period of idleness. */
  use(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#end, this.#idleLimit)
    this.#timer.unref()
  }

  finish(): void {
    clearTimeout(this.#timer)
    this.#closing.removeEventListener('abort', this.#end)
    this.#controller.abort()
  }
}
