import { eachPacked } from '../../../core/key-index/packed.ts'
import { decodeText } from '../../../core/ordered/strata/key-bytes.ts'
import type { Detail } from './evaluator.ts'
import type { SortedRows } from './result-order.ts'

/** The maximum number of characters in the details of all hits together. */
const MAX_DETAILS = 16 * 1024 * 1024

export interface Result {
  readonly key: string
  /** Bytes of the value, if the run has read them. */
  readonly size: number | undefined
  /** Milliseconds since 1970, if the run has read it. */
  readonly mtime: number | undefined
  readonly detail: Detail | undefined
}

/** The hits of a run, packed. A hit takes the bytes of its key, 24 bytes, and its details while there is room. */
export class Results {
  #bytes = new Uint8Array(4096)
  #used = 0
  #starts = new Uint32Array(256)
  #ends = new Uint32Array(256)
  #sizes = new Float64Array(256)
  #mtimes = new Float64Array(256)
  readonly #details: (Detail | undefined)[] = []
  #detailLength = 0
  #isInKeyOrder = true
  length = 0

  /** Whether the rows came in ascending order of their keys. */
  get isInKeyOrder(): boolean {
    return this.#isInKeyOrder
  }

  add(key: Uint8Array, size: number | undefined, mtime: number | undefined, detail?: Detail): void {
    this.#makeRoom(key.length, 1)
    this.#bytes.set(key, this.#used)
    const row = this.#addRow(this.#used, this.#used + key.length)
    this.#used += key.length
    this.#sizes[row] = size ?? Number.NaN
    this.#mtimes[row] = mtime ?? Number.NaN
    const length = lengthOf(detail)
    if (length === 0 || this.#detailLength + length > MAX_DETAILS) return
    this.#detailLength += length
    this.#details[row] = detail
  }

  /** Adds packed keys without size, time and detail, up to `most` rows in all. */
  addPacked(keys: Uint8Array, most: number): void {
    let rows = 0
    eachPacked(keys, () => ++rows > 0)
    this.#makeRoom(keys.length, rows)
    this.#bytes.set(keys, this.#used)
    const base = this.#used
    this.#used += keys.length
    const from = this.length
    eachPacked(keys, (start, end) => {
      if (this.length >= most) return false
      this.#addRow(base + start, base + end)
      return true
    })
    this.#sizes.fill(Number.NaN, from, this.length)
    this.#mtimes.fill(Number.NaN, from, this.length)
  }

  at(row: number): Result {
    const { key, size, mtime } = this.#rowAt(row)
    return { key, size, mtime, detail: this.#details[row] }
  }

  keyAt(row: number): string {
    return `/${decodeText(this.#bytes.subarray(this.#starts[row], this.#ends[row]))}`
  }

  /** A copy of what the rows are sorted by, for a sort in another thread. */
  sorted(by: 'key' | 'size' | 'mtime', descending: boolean): SortedRows {
    const { length } = this
    if (by !== 'key') {
      return {
        by: 'number',
        values: (by === 'size' ? this.#sizes : this.#mtimes).slice(0, length),
        descending,
      }
    }
    return {
      by: 'bytes',
      bytes: this.#bytes.slice(0, this.#used),
      starts: this.#starts.slice(0, length),
      ends: this.#ends.slice(0, length),
      descending,
    }
  }

  #rowAt(row: number): { key: string; size: number | undefined; mtime: number | undefined } {
    return { key: this.keyAt(row), size: known(this.#sizes[row]), mtime: known(this.#mtimes[row]) }
  }

  #addRow(start: number, end: number): number {
    const row = this.length++
    this.#starts[row] = start
    this.#ends[row] = end
    if (this.#isInKeyOrder && row > 0) this.#isInKeyOrder = this.#compare(row - 1, row) <= 0
    return row
  }

  #compare(a: number, b: number): number {
    const bytes = this.#bytes
    let x = this.#starts[a] as number
    let y = this.#starts[b] as number
    const [xEnd, yEnd] = [this.#ends[a] as number, this.#ends[b] as number]
    for (; x < xEnd && y < yEnd; x++, y++) {
      const difference = (bytes[x] as number) - (bytes[y] as number)
      if (difference !== 0) return difference
    }
    return xEnd - x - (yEnd - y)
  }

  #makeRoom(bytes: number, rows: number): void {
    if (this.#used + bytes > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#used + bytes, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#used))
      this.#bytes = larger
    }
    if (this.length + rows <= this.#starts.length) return
    const room = Math.max(this.length + rows, this.#starts.length * 2)
    const grown = <T extends Uint32Array | Float64Array>(old: T, larger: T): T => {
      larger.set(old)
      return larger
    }
    this.#starts = grown(this.#starts, new Uint32Array(room))
    this.#ends = grown(this.#ends, new Uint32Array(room))
    this.#sizes = grown(this.#sizes, new Float64Array(room))
    this.#mtimes = grown(this.#mtimes, new Float64Array(room))
  }
}

function known(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value
}

function lengthOf(detail: Detail | undefined): number {
  if (detail === undefined) return 0
  const columns = detail.columns?.reduce((sum, text) => sum + (text?.length ?? 0), 0) ?? 0
  return columns + (detail.excerpt?.text.length ?? 0)
}
