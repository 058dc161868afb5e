import { createToken, isSameToken } from './known-tokens.ts'

const LAUNCH_PATH = '/launch/'

/** Milliseconds in which a browser has to come. */
const LIFETIME = 60_000

interface Ticket {
  readonly path: string
  readonly expiresAt: number
}

/**
 * One-time addresses to start a browser with. The command line of a program can be read by everybody on the machine,
 * so the token must not be in it: a ticket is good for one request, then leads nowhere.
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

  /** Whether `path` is a ticket that still holds; it no longer does afterwards. */
  redeem(path: string): boolean {
    const now = this.#now()
    const ticket = this.#tickets.find(({ path: issued }) => isSameToken(path, issued))
    this.#tickets = this.#tickets.filter(other => other !== ticket && other.expiresAt > now)
    return ticket !== undefined && ticket.expiresAt > now
  }
}
