import type { Send } from './connection.ts'

/** Reports that the connection to a server was restored: it may be another server, or have lost its data. */
export class ReachedAnew {
  #listener: ((send: Send) => Promise<void>) | undefined

  /** Runs on each new connection. */
  readonly prepare = async (send: Send): Promise<void> => {
    await this.#listener?.(send)
  }

  /** @param listener Uses `send` for its calls, which come before all others on the new connection. */
  follow(listener: (send: Send) => Promise<void>): void {
    this.#listener = listener
  }
}
