import { compareBytes } from '../../../../src/core/ordered/byte-order.ts'
import type {
  DriverCapabilities,
  DriverInfo,
  OrderedDriver,
  Outcome,
  Range,
  Row,
} from '../../../../src/core/ordered/driver.ts'

/** A read-only engine over keys in memory. */
export class ArrayDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities = {
    writable: false,
    conditions: 'process',
    commit: false,
    durable: false,
    parts: false,
    shared: false,
  }
  /** The number of ranges read, and of rows that they returned. */
  ranges = 0
  rowsGiven = 0
  readonly #keys: readonly Uint8Array[]
  readonly #isLate: boolean

  constructor(
    keys: readonly Uint8Array[],
    options: { readonly readAhead?: number; readonly maxRows?: number; readonly isLate?: boolean } = {},
  ) {
    const { readAhead = 8, maxRows = 100, isLate = false } = options
    this.info = { kind: 'array', id: 'array', readAhead, maxRows, text: false, columns: false }
    this.#isLate = isLate
    const sorted = keys.toSorted(compareBytes)
    this.#keys = sorted.filter((key, index) => index === 0 || compareBytes(key, sorted[index - 1]!) !== 0)
  }

  get size(): number {
    return this.#keys.length
  }

  get(key: Uint8Array): Row | undefined {
    return this.#keys.some(one => compareBytes(one, key) === 0) ? { key, value: key } : undefined
  }

  write(): Outcome {
    throw new Error('not written to')
  }

  range({ from, to, limit, reverse }: Range): readonly Row[] | Promise<readonly Row[]> {
    if (limit < 1 || limit > this.info.maxRows) throw new Error(`a range of ${limit} rows`)
    const chosen = this.#keys.slice(this.#lower(from), this.#lower(to))
    if (reverse) chosen.reverse()
    const rows = chosen.slice(0, limit).map(key => ({ key: key.slice() }))
    this.ranges++
    this.rowsGiven += rows.length
    return this.#isLate ? Promise.resolve(rows) : rows
  }

  close(): void {
    // Nothing is open.
  }

  #lower(bound: Uint8Array): number {
    let [low, high] = [0, this.#keys.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareBytes(this.#keys[middle]!, bound) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
