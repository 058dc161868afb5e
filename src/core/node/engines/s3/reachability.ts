import type { DatastoreError } from '../../../errors.ts'
import type { LostConnections } from '../../connect/lost-connections.ts'

/** The waits between the attempts to reach a lost server, in milliseconds: each is twice as long, up to the longest. */
const FIRST_WAIT = 50
const LONGEST_WAIT = 2000

/**
 * Whether the server answers. HTTP keeps no connection that could be lost, so a call that finds no server begins this:
 * the server is asked again until it answers.
 */
export class Reachability {
  readonly #lost: LostConnections
  readonly #ask: () => Promise<boolean>
  readonly #back: () => void
  #isLost = false
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  /**
   * @param ask Whether the server answers, whatever it says.
   * @param back Called once it answers again.
   */
  constructor(lost: LostConnections, ask: () => Promise<boolean>, back: () => void) {
    this.#lost = lost
    this.#ask = ask
    this.#back = back
  }

  /** Called with the failure of each call. */
  failed({ code, message }: DatastoreError): void {
    if (this.#isLost || this.#isClosed || (code !== 'CONNECTION' && code !== 'TIMEOUT')) return
    this.#isLost = true
    this.#lost.add(this, message)
    this.#askAfter(FIRST_WAIT)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#lost.remove(this)
  }

  #askAfter(wait: number): void {
    this.#timer = setTimeout(() => void this.#askAgain(wait), wait)
    // A program that is otherwise done does not wait for a server.
    this.#timer.unref()
  }

  async #askAgain(wait: number): Promise<void> {
    const isBack = await this.#ask()
    if (this.#isClosed) return
    if (!isBack) {
      this.#askAfter(Math.min(2 * wait, LONGEST_WAIT))
      return
    }
    this.#isLost = false
    this.#lost.remove(this)
    this.#back()
  }
}
