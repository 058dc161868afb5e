import { WriteLog } from '../concurrency/write-log.ts'
import type { Key } from '../key.ts'

/** Keys that were found absent a short while ago; the oldest go first when there are too many. */
export class AbsentKeys {
  readonly #ttl: number
  readonly #limit: number
  readonly #now: () => number
  readonly #expiries = new Map<string, number>()
  readonly #writes = new WriteLog()

  /** @param ttl Milliseconds that an answer holds. */
  constructor(ttl: number, limit: number, now: () => number = () => performance.now()) {
    this.#ttl = ttl
    this.#limit = limit
    this.#now = now
  }

  /** What `add` compares with. */
  moment(): number {
    return this.#writes.now()
  }

  has(key: Key): boolean {
    const expiry = this.#expiries.get(key.toString())
    if (expiry === undefined) return false
    if (expiry > this.#now()) return true
    this.#expiries.delete(key.toString())
    return false
  }

  /** Notes what a read that began at `moment` found, unless the key was written since. */
  add(key: Key, moment: number): void {
    if (this.#writes.wasWrittenSince(key, moment)) return
    this.#expiries.set(key.toString(), this.#now() + this.#ttl)
    const [oldest] = this.#expiries.keys()
    if (this.#expiries.size > this.#limit && oldest !== undefined) this.#expiries.delete(oldest)
  }

  forget(key: Key): void {
    this.#writes.note(key)
    this.#expiries.delete(key.toString())
  }
}
