import { compareBytes } from './byte-order.ts'

/** Items sorted by key, few enough for an array. */
export class SortedRows<T extends { readonly key: Uint8Array }> {
  readonly #rows: T[] = []

  get all(): readonly T[] {
    return this.#rows
  }

  get(key: Uint8Array): T | undefined {
    const row = this.#rows[this.#placeOf(key)]
    return row !== undefined && compareBytes(row.key, key) === 0 ? row : undefined
  }

  set(row: T): void {
    const place = this.#placeOf(row.key)
    const isThere = this.get(row.key) !== undefined
    this.#rows.splice(place, isThere ? 1 : 0, row)
  }

  delete(key: Uint8Array): void {
    if (this.get(key) !== undefined) this.#rows.splice(this.#placeOf(key), 1)
  }

  /** From `from` up to, not including, `to`. */
  between(from: Uint8Array, to: Uint8Array): readonly T[] {
    return this.#rows.slice(this.#placeOf(from), this.#placeOf(to))
  }

  /** Where a key is, or would be. */
  #placeOf(key: Uint8Array): number {
    let low = 0
    let high = this.#rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareBytes((this.#rows[middle] as T).key, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
