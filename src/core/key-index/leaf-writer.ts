import { type Allocate, compareKeys, type Leaf, MOST_BYTES, MOST_KEYS, makeLeaf } from './leaf.ts'

/** What becomes of a key that is equal to the one before it. */
export type Fold = (bytes: Uint8Array, last: number, source: Uint8Array, start: number) => boolean

/** One of two equal keys goes. */
export const dropRepeated: Fold = (bytes, last, source, start) =>
  compareKeys(bytes, last, source, start) === 0

/** Divides keys that come in order into leaves. */
export class LeafWriter {
  readonly #allocate: Allocate
  readonly #fold: Fold
  #bytes = new Uint8Array(MOST_BYTES + 1024)
  readonly #starts = new Uint32Array(MOST_KEYS + 1)
  #count = 0
  #leaves: Leaf[] = []

  constructor(allocate: Allocate, fold: Fold = dropRepeated) {
    this.#allocate = allocate
    this.#fold = fold
  }

  /** Adds the key from `start` to `end` of `source`, `END` included. */
  add(source: Uint8Array, start: number, end: number): void {
    let count = this.#count
    if (count > 0 && this.#fold(this.#bytes, this.#starts[count - 1] as number, source, start)) return
    let at = this.#starts[count] as number
    const length = end - start
    if (count === MOST_KEYS || (count > 0 && at + length > MOST_BYTES)) {
      this.#flush()
      count = 0
      at = 0
    }
    if (at + length > this.#bytes.length) this.#bytes = grown(this.#bytes, at + length)
    const bytes = this.#bytes
    for (let index = 0; index < length; index++) bytes[at + index] = source[start + index] as number
    this.#count = count + 1
    this.#starts[this.#count] = at + length
  }

  /** Goes on in a leaf of at most `MOST_KEYS` and `MOST_BYTES`, the last before what is to come. Nothing was added yet. */
  resume({ bytes, offsets, count }: Leaf): void {
    if (bytes.length > this.#bytes.length) this.#bytes = grown(this.#bytes, bytes.length)
    this.#bytes.set(bytes)
    this.#starts.set(offsets)
    this.#count = count
  }

  /** The leaves so far. */
  take(): Leaf[] {
    this.#flush()
    const leaves = this.#leaves
    this.#leaves = []
    return leaves
  }

  #flush(): void {
    if (this.#count === 0) return
    this.#leaves.push(makeLeaf(this.#bytes, this.#starts, 0, this.#count, this.#allocate))
    this.#count = 0
  }
}

function grown(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(length, bytes.length * 2))
  larger.set(bytes)
  return larger
}
