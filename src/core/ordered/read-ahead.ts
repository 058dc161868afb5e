/** How many rows of one branch are read before its level skips from branch to branch: every so many skips it looks again. */
const LOOK_AGAIN = 32

/**
 * How many rows the next range of a level asks for. A child has any number of rows below it. Scanning reads them all;
 * skipping reads two rows a child and pays a seek for each. Whichever the rows seen so far make cheaper is taken, so a
 * page costs about the smaller of both.
 */
export class ReadAhead {
  /** What a seek costs, in rows. */
  readonly #seek: number
  readonly #maxRows: number
  #isSkipping = false
  #skips = 0
  #count: number

  /** @param wanted Children that the page needs, and the one that shows that there are more. */
  constructor(seek: number, maxRows: number, wanted: number) {
    this.#seek = Math.max(2, seek)
    this.#maxRows = maxRows
    this.#count = Math.max(2, Math.min(wanted, this.#seek, maxRows))
  }

  /** Rows to ask for. */
  get count(): number {
    return this.#count
  }

  /** Learns from a range: how many rows it gave, of how many children that had not been met, and what is still wanted. */
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
