import { compareKeys, END } from './leaf.ts'

/** Fewer keys than this are sorted by insertion. */
const FEW = 20

/**
 * Sorts keys by most significant byte first, in steps, so that a million of them hold up nobody.
 * `starts` tells where keys begin in `bytes`, each followed by `END`; it is put into the order of the keys.
 */
export class RadixSort {
  readonly #bytes: Uint8Array
  readonly #starts: Uint32Array
  readonly #spare: Uint32Array
  /** Ranges to sort, three numbers each: from, to, and how many bytes the keys there have in common. */
  readonly #ranges: number[]
  readonly #buckets = new Uint32Array(257)

  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.#bytes = bytes
    this.#starts = starts
    this.#spare = new Uint32Array(starts.length)
    this.#ranges = [0, starts.length, 0]
  }

  /** Sorts until `isOver`. @returns Whether all is sorted. */
  step(isOver: () => boolean): boolean {
    const ranges = this.#ranges
    for (let steps = 0; ranges.length > 0; steps++) {
      const depth = ranges.pop() as number
      const to = ranges.pop() as number
      const from = ranges.pop() as number
      if (to - from <= FEW) this.#insert(from, to)
      else this.#divide(from, to, depth)
      if ((steps & 63) === 0 && isOver()) break
    }
    return ranges.length === 0
  }

  #divide(from: number, to: number, shared: number): void {
    const bytes = this.#bytes
    const starts = this.#starts
    const buckets = this.#buckets
    let depth = shared
    for (;;) {
      buckets.fill(0)
      // `END` comes first: a key that has ended is before one that goes on.
      for (let index = from; index < to; index++) {
        const bucket = (((bytes[(starts[index] as number) + depth] as number) + 1) & 0xff) + 1
        buckets[bucket] = (buckets[bucket] as number) + 1
      }
      const first = bytes[(starts[from] as number) + depth] as number
      if (buckets[((first + 1) & 0xff) + 1] !== to - from) break
      // All keys go on with the same byte. If it is `END`, they are equal.
      if (first === END) return
      depth++
    }
    for (let bucket = 1; bucket <= 256; bucket++)
      buckets[bucket] = (buckets[bucket] as number) + (buckets[bucket - 1] as number)
    for (let bucket = 1; bucket < 256; bucket++) {
      const [start, end] = [buckets[bucket] as number, buckets[bucket + 1] as number]
      if (end - start > 1) this.#ranges.push(from + start, from + end, depth + 1)
    }
    const spare = this.#spare
    for (let index = from; index < to; index++) {
      const start = starts[index] as number
      const bucket = ((bytes[start + depth] as number) + 1) & 0xff
      const place = buckets[bucket] as number
      buckets[bucket] = place + 1
      spare[from + place] = start
    }
    starts.set(spare.subarray(from, to), from)
  }

  #insert(from: number, to: number): void {
    const bytes = this.#bytes
    const starts = this.#starts
    for (let index = from + 1; index < to; index++) {
      const start = starts[index] as number
      let place = index
      for (; place > from; place--) {
        const before = starts[place - 1] as number
        if (compareKeys(bytes, before, bytes, start) <= 0) break
        starts[place] = before
      }
      starts[place] = start
    }
  }
}
