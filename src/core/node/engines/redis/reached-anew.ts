import type { Send } from './connection.ts'

/** Tells that a server was reached anew: it may be another one, or have lost what it had. */
export class ReachedAnew {
  #listener: ((send: Send) => Promise<void>) | undefined

  /** What a connection has to do each time that it is made. */
  readonly prepare = async (send: Send): Promise<void> => {
    await this.#listener?.(send)
  }

  /** @param listener Makes its calls by `send`, before all others on the new connection. */
  follow(listener: (send: Send) => Promise<void>): void {
    this.#listener = listener
  }
}
