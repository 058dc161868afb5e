import { Slices } from '../../concurrency/slices.ts'
import type { Maybe } from '../../open/call.ts'
import { hasPart } from '../byte-order.ts'
import type { OrderedDriver, Row, Write } from '../driver.ts'
import { expiresOf, VERSION_AT, versionBytes, versionOf } from './header.ts'
import { EXPIRIES, expiryKey, expiryOf } from './own-records.ts'

/** Records removed in one step. */
const BATCH = 1000

/**
 * The expiry times of values, for engines without columns for them: a record for each value, ordered by time. Expired
 * values are removed before a level, a range or a count is read; single reads check the header of the value instead.
 */
export class Expiries {
  readonly #driver: OrderedDriver
  readonly #now: () => number
  readonly #onExpired: (key: Uint8Array) => void
  /** When the next value expires, as far as known to this process. */
  #earliest = Number.POSITIVE_INFINITY
  /** The earliest time that was added since `load` began to read. */
  #added = Number.POSITIVE_INFINITY
  #sweeping: Promise<void> | undefined

  constructor(driver: OrderedDriver, now: () => number, onExpired: (key: Uint8Array) => void) {
    this.#driver = driver
    this.#now = now
    this.#onExpired = onExpired
  }

  /** Whether the engine may still hold expired values. */
  get mayBeDue(): boolean {
    return this.#driver.capabilities.shared || this.#earliest <= this.#now()
  }

  /** Reads when the next value expires. */
  async load(): Promise<void> {
    this.#added = Number.POSITIVE_INFINITY
    const [first] = await this.#records(1)
    this.#earliest = first === undefined ? this.#added : Math.min(expiryOf(first.key).expires, this.#added)
  }

  /** The record to write with a value that expires. */
  record(expires: number, key: Uint8Array): Omit<Write, 'expect'> {
    return { key: expiryKey(expires, key), value: new Uint8Array() }
  }

  /** Called when an expiry record was written. */
  added(expires: number): void {
    this.#earliest = Math.min(this.#earliest, expires)
    this.#added = Math.min(this.#added, expires)
  }

  /** Called with the key of each record that others or a transaction wrote. */
  noticed(record: Uint8Array): void {
    if (hasPart(record, EXPIRIES.from, 0)) this.added(expiryOf(record).expires)
  }

  /** Removes expired values. */
  sweep(): Maybe<void> {
    if (!this.mayBeDue) return
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined
    })
    return this.#sweeping
  }

  async #sweep(): Promise<void> {
    if (this.#driver.capabilities.shared) await this.load()
    if (!this.#driver.capabilities.writable) return
    const slices = new Slices()
    while (this.#earliest <= this.#now()) {
      if (slices.isOver) await slices.pause()
      const now = this.#now()
      const records = await this.#records(Math.min(BATCH, this.#driver.info.maxRows))
      for (const { key: record } of records) {
        if (expiryOf(record).expires > now) break
        if (slices.isOver) await slices.pause()
        await this.#remove(record)
      }
      await this.load()
    }
  }

  /** Removes an expiry record, and the value if it still expires at that time: it may have been replaced. */
  async #remove(record: Uint8Array): Promise<void> {
    const driver = this.#driver
    const { expires, key } = expiryOf(record)
    for (;;) {
      const value = (await driver.get(key))?.value
      const isDue = value !== undefined && expiresOf(value) === expires
      const removed = { key: record, value: undefined }
      if (!isDue) {
        await driver.commit?.([], [removed], false)
        return
      }
      const seen = { part: versionBytes(versionOf(value)), at: VERSION_AT }
      if (await driver.commit?.([{ key, seen }], [{ key, value: undefined }, removed], false)) {
        this.#onExpired(key)
        return
      }
    }
  }

  async #records(limit: number): Promise<readonly Row[]> {
    return this.#driver.range({ ...EXPIRIES, limit, reverse: false, keysOnly: true })
  }
}
