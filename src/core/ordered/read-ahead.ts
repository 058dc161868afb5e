/** After this many skips a level tries a longer read, to see whether its branches are still large. */
const LOOK_AGAIN = 32

/**
 * Decides how many rows the next range of a level requests. A child has any number of rows below it. Scanning reads
 * them all; skipping reads two rows for each child and pays for a seek. The rows seen so far decide which is cheaper,
 * so a page costs about the smaller of both.
 */
export class ReadAhead {
  /** The cost of a seek, in rows. */
  readonly #seek: number
  readonly #maxRows: number
  #isSkipping = false
  #skips = 0
  #count: number

  /** @param wanted Children that the page needs, and one that shows that there are more. */
  constructor(seek: number, maxRows: number, wanted: number) {
    this.#seek = Math.max(2, seek)
    this.#maxRows = maxRows
    this.#count = Math.max(2, Math.min(wanted, this.#seek, maxRows))
  }

  /** The number of rows to request. */
  get count(): number {
    return this.#count
  }

  /** Learns from a range: its rows, the number of new children in them, and how many children are still needed. */
  seen(rows: number, children: number, wanted: number): void {
    const rowsOfChild = rows / Math.max(children, 0.5)
    const isProbe = this.#isSkipping && this.#count === 2
    if (isProbe && children < 2) this.#count = ++this.#skips % LOOK_AGAIN === 0 ? this.#seek + 1 : 2
    else if (isProbe) this.#scan(Math.min(this.#seek, wanted))
    else if (rowsOfChild > this.#seek) this.#skip()
    else this.#scan(Math.ceil(1.05 * wanted * rowsOfChild) + 1)
    this.#count = Math.max(2, Math.min(this.#count, this.#maxRows))
  }

  #scan(count: number): void {
    this.#isSkipping = false
    this.#count = count
  }

  #skip(): void {
    if (!this.#isSkipping) this.#skips = 0
    this.#isSkipping = true
    this.#count = 2
  }
}
