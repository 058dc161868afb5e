import type { LostServer } from '../../stack/kind.ts'

type Notify = (lost: LostServer | undefined) => void

/** The lost connections of one store. Reports when the first is lost, and when all are restored. */
export class LostConnections {
  readonly #lost = new Set<object>()
  readonly #notify: Notify

  constructor(notify: Notify) {
    this.#notify = notify
  }

  /** @param reason Names the server and the problem. */
  add(connection: object, reason: string): void {
    if (this.#lost.size === 0) this.#notify({ since: Date.now(), reason })
    this.#lost.add(connection)
  }

  /** Called when the connection is restored, or no longer needed. */
  remove(connection: object): void {
    if (this.#lost.delete(connection) && this.#lost.size === 0) this.#notify(undefined)
  }
}
