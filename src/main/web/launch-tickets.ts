import { createToken, isSameToken } from './accepted-tokens.ts'

const LAUNCH_PATH = '/launch/'

/** Milliseconds for which a ticket is valid. */
const LIFETIME = 60_000

interface Ticket {
  readonly path: string
  readonly expiresAt: number
}

/**
 * One-time addresses to start a browser with. Every user of the machine can read command lines, so the token must not
 * be in one. A ticket is valid for one request.
 */
export class LaunchTickets {
  readonly #now: () => number
  #tickets: readonly Ticket[] = []

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** @returns The path to open. */
  issue(): string {
    const path = `${LAUNCH_PATH}${createToken()}`
    this.#tickets = [...this.#tickets, { path, expiresAt: this.#now() + LIFETIME }]
    return path
  }

  /** Whether `path` is a valid ticket. A ticket can be redeemed once. */
  redeem(path: string): boolean {
    const now = this.#now()
    const ticket = this.#tickets.find(({ path: issued }) => isSameToken(path, issued))
    this.#tickets = this.#tickets.filter(other => other !== ticket && other.expiresAt > now)
    return ticket !== undefined && ticket.expiresAt > now
  }
}
