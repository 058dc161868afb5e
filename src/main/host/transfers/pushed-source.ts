interface Waiting {
  readonly piece: Uint8Array
  readonly taken: () => void
}

type Step = IteratorResult<Uint8Array, undefined>

/** An async queue of chunks. A push resolves when its chunk is pulled. */
export class PushedSource implements AsyncIterable<Uint8Array> {
  readonly #pieces: Waiting[] = []
  #pull: { readonly resolve: (step: Step) => void; readonly reject: (error: unknown) => void } | undefined
  #isEnded = false
  #failure: { readonly error: unknown } | undefined
  #noticePull: () => void = () => undefined

  /** Resolves at the first pull. */
  readonly pulled = new Promise<void>(resolve => {
    this.#noticePull = resolve
  })

  push(piece: Uint8Array): Promise<void> {
    return new Promise(taken => {
      this.#pieces.push({ piece, taken })
      this.#settle()
    })
  }

  end(): void {
    this.#isEnded = true
    this.#settle()
  }

  /** The consumer gets `error` instead of the next chunk. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#settle()
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () =>
        new Promise((resolve, reject) => {
          this.#pull = { resolve, reject }
          this.#noticePull()
          this.#settle()
        }),
      return: () => {
        this.#isEnded = true
        return Promise.resolve({ done: true, value: undefined })
      },
    }
  }

  #settle(): void {
    const pull = this.#pull
    if (pull === undefined) return
    if (this.#failure !== undefined) {
      this.#pull = undefined
      pull.reject(this.#failure.error)
      return
    }
    const next = this.#pieces.shift()
    if (next === undefined && !this.#isEnded) return
    this.#pull = undefined
    if (next === undefined) {
      pull.resolve({ done: true, value: undefined })
      return
    }
    pull.resolve({ done: false, value: next.piece })
    next.taken()
  }
}
