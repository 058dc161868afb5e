/** Microseconds at which the first bucket ends. Each further bucket is wider by the factor below. */
const FIRST = 1
const FACTOR = 2 ** 0.25
const BUCKETS = 120

/**
 * Call durations in buckets that grow by 19 %: percentiles to that precision, from a microsecond to half an hour, in a
 * constant kilobyte.
 */
export class LatencyHistogram {
  readonly #buckets = new Uint32Array(BUCKETS)
  #count = 0

  get count(): number {
    return this.#count
  }

  /** @param duration Milliseconds. */
  add(duration: number): void {
    const index = Math.ceil(Math.log(Math.max(FIRST, duration * 1000)) / Math.log(FACTOR))
    const bucket = Math.min(BUCKETS - 1, index)
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count++
  }

  /**
   * The duration in milliseconds that a share of the calls did not exceed, rounded up to the end of its bucket; 0
   * without calls.
   * @param share From 0 to 1: 0.99 for the 99th percentile.
   */
  percentile(share: number): number {
    if (!(share >= 0 && share <= 1)) throw new RangeError(`A percentile is a share from 0 to 1, not ${share}`)
    if (this.#count === 0) return 0
    const rank = Math.max(1, Math.ceil(share * this.#count))
    let seen = 0
    for (const [index, calls] of this.#buckets.entries()) {
      seen += calls
      if (seen >= rank) return FACTOR ** index / 1000
    }
    return FACTOR ** (BUCKETS - 1) / 1000
  }
}
