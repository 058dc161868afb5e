import { after, type Maybe } from '../../open/call.ts'
import type { OrderedDriver } from '../driver.ts'
import type { Etags } from '../etags.ts'
import { FORMAT_KEY, formatRecord, idOfFormat } from './own-records.ts'

/** The record that marks the data of an engine as layout `strata`. It is written before the first value. */
export class Format {
  readonly #driver: OrderedDriver
  readonly #etags: Etags
  #id: string
  #isWritten: boolean

  /** @param id The id of the data. New data gets this id when its first value is written. */
  constructor(driver: OrderedDriver, etags: Etags, id: string, isWritten: boolean) {
    this.#driver = driver
    this.#etags = etags
    this.#id = id
    this.#isWritten = isWritten
  }

  /** Makes sure that the record exists. */
  ensure(): Maybe<void> {
    if (this.#isWritten) return
    const value = formatRecord(this.#id)
    const written = this.#driver.write({ key: FORMAT_KEY, value, expect: 'absent' }, false)
    return after(written, outcome => {
      this.#isWritten = true
      // Another process wrote the record first.
      if (outcome !== 'done') return this.#adopt()
    })
  }

  #adopt(): Maybe<void> {
    return after(this.#driver.get(FORMAT_KEY), row => {
      const id = row?.value === undefined ? undefined : idOfFormat(row.value)
      if (id !== undefined) this.#nameBy(id)
    })
  }

  /**
   * Called with the record when the connection to the engine was restored.
   * @returns Whether the engine holds other data now, so that no earlier etag matches.
   */
  lookAgain(record: Uint8Array | undefined): boolean {
    const id = record && idOfFormat(record)
    if (id === this.#id || (id === undefined && !this.#isWritten)) return false
    this.#isWritten = id !== undefined
    this.#nameBy(id ?? crypto.randomUUID())
    return true
  }

  #nameBy(id: string): void {
    this.#id = id
    this.#etags.changeTo(id)
  }
}
