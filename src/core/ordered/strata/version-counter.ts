import { after, type Maybe } from '../../open/call.ts'
import type { OrderedDriver, Seen } from '../driver.ts'
import type { Format } from './format.ts'
import { nextVersionOf, VERSION_KEY, versionRecord } from './own-records.ts'

/** Versions reserved at once. Each reservation waits for the device. */
const BLOCK = 16_000

/**
 * Issues versions of values. No version is issued twice: a key that is removed and put again gets a new one. Versions
 * are reserved in blocks, so that most cost nothing. If a process is killed, the rest of its block stays unused.
 */
export class VersionCounter {
  readonly #driver: OrderedDriver
  readonly #format: Format
  #next = 0
  #end = 0
  /** The next block, if it is reserved already. */
  #following: number | undefined
  #reserving: Maybe<void> | undefined
  /** Incremented when the engine holds other data. */
  #data = 0

  constructor(driver: OrderedDriver, format: Format) {
    this.#driver = driver
    this.#format = format
  }

  next(): Maybe<number> {
    if (this.#next === this.#end && this.#following !== undefined) this.#begin(this.#following)
    if (this.#next < this.#end) {
      const version = this.#next++
      if (version === this.#end - BLOCK / 2) this.#reserveAhead()
      return version
    }
    return after(this.#reserve(), () => this.next())
  }

  /** The engine holds other data, which has a counter of its own. */
  startAgain(): void {
    this.#next = this.#end
    this.#following = undefined
    this.#data++
  }

  #begin(block: number): void {
    this.#next = block
    this.#end = block + BLOCK
    this.#following = undefined
  }

  /** Reserves a block in advance. A failure is ignored here: the reservation is retried when the block is needed. */
  #reserveAhead(): void {
    try {
      const reserved = this.#reserve()
      if (reserved instanceof Promise) reserved.catch(() => undefined)
    } catch {
      // As above.
    }
  }

  #reserve(): Maybe<void> {
    if (this.#reserving !== undefined) return this.#reserving
    const reserved = after(this.#format.ensure(), () => this.#reserveBlock())
    if (!(reserved instanceof Promise)) return
    this.#reserving = reserved.finally(() => {
      this.#reserving = undefined
    })
    return this.#reserving
  }

  /** Reserves in a write of its own: if a failed put rolled the reservation back, a block could be issued twice. */
  #reserveBlock(): Maybe<void> {
    const driver = this.#driver
    const data = this.#data
    return after(driver.get(VERSION_KEY), row => {
      const block = row?.value === undefined ? 1 : nextVersionOf(row.value)
      const expect: Seen = row?.value === undefined ? 'absent' : { sameValue: row.value }
      const write = { key: VERSION_KEY, value: versionRecord(block + BLOCK), expect }
      // Durable before any version is issued: after a power cut, a lost version must not be issued to another value.
      const written = driver.write(write, driver.capabilities.durable)
      return after(written, outcome => {
        if (data !== this.#data) return after(this.#format.ensure(), () => this.#reserveBlock())
        if (outcome !== 'done') return this.#reserveBlock()
        this.#following = block
      })
    })
  }
}
