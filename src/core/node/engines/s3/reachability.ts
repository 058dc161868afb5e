import { DatastoreError } from '../../../errors.ts'
import { Backoff } from '../../connect/backoff.ts'
import type { LostConnections } from '../../connect/lost-connections.ts'

/**
 * Whether the server answers. HTTP keeps no connection that could be lost, so a call that finds no server begins this:
 * the server is asked again until it answers.
 */
export class Reachability {
  readonly #name: string
  readonly #lost: LostConnections
  readonly #ask: () => Promise<boolean>
  readonly #back: () => void
  #isLost = false
  // HTTP keeps no connection open, so a program that is otherwise done ends.
  readonly #backoff = new Backoff({ keepsProcess: false })
  #isClosed = false

  /**
   * @param name The name of the server in messages.
   * @param ask Whether the server answers, even with an error.
   * @param back Called once it answers again.
   */
  constructor(name: string, lost: LostConnections, ask: () => Promise<boolean>, back: () => void) {
    this.#name = name
    this.#lost = lost
    this.#ask = ask
    this.#back = back
  }

  /** Called with the failure of each call. */
  failed({ code, reason }: DatastoreError): void {
    if (this.#isLost || this.#isClosed || (code !== 'CONNECTION' && code !== 'TIMEOUT')) return
    this.#isLost = true
    this.#lost.add(this, new DatastoreError(code, { action: `use ${this.#name}`, reason }).message)
    this.#backoff.reset()
    void this.#askUntilBack()
  }

  close(): void {
    this.#isClosed = true
    this.#backoff.end()
    this.#lost.remove(this)
  }

  async #askUntilBack(): Promise<void> {
    do {
      if (!(await this.#backoff.pause())) return
    } while (!(await this.#ask()))
    if (this.#isClosed) return
    this.#isLost = false
    this.#lost.remove(this)
    this.#back()
  }
}
