import { after, type Maybe } from '../../open/call.ts'
import type { OrderedDriver, Seen } from '../driver.ts'
import type { Format } from './format.ts'
import { nextVersionOf, VERSION_KEY, versionRecord } from './own-records.ts'

/** Versions that are reserved at once: each time waits for the device. */
const BLOCK = 16_000

/**
 * Gives versions of values, of which none repeats: a key that is removed and put again gets another one. They are
 * reserved in blocks, so that most cost nothing. A process that is killed leaves the rest of its block unused.
 */
export class VersionCounter {
  readonly #driver: OrderedDriver
  readonly #format: Format
  #next = 0
  #end = 0
  /** The block to go on with. */
  #following: number | undefined
  #reserving: Maybe<void> | undefined
  /** Numbers the data that versions are reserved in. */
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

  /** There are other data, which count by themselves. */
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

  /** A failure shows when the block is needed, and is tried again then. */
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

  /** A step of its own: rolled back with a write that failed, it would be given out twice. */
  #reserveBlock(): Maybe<void> {
    const driver = this.#driver
    const data = this.#data
    return after(driver.get(VERSION_KEY), row => {
      const block = row?.value === undefined ? 1 : nextVersionOf(row.value)
      const expect: Seen = row?.value === undefined ? 'absent' : { sameValue: row.value }
      const write = { key: VERSION_KEY, value: versionRecord(block + BLOCK), expect }
      // Durable before any version is: after a power cut a version that was lost is not given to another value.
      const written = driver.write(write, driver.capabilities.durable)
      return after(written, outcome => {
        if (data !== this.#data) return after(this.#format.ensure(), () => this.#reserveBlock())
        if (outcome !== 'done') return this.#reserveBlock()
        this.#following = block
      })
    })
  }
}
