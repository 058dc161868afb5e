/** The maximum number of keys of a new leaf. A changed leaf may hold half as many again. */
export const MAX_KEYS = 1024
/** The maximum number of bytes of a new leaf, unless a single key is longer. Offsets then fit in two bytes. */
export const MAX_BYTES = 60_000
/** Terminates each key. No key contains it. A key sorts before all longer keys that begin with it. */
export const END = 0xff

/** Sorted keys, each terminated by `END`. Immutable, so it can be shared between threads. */
export class Leaf {
  readonly bytes: Uint8Array
  /** The start of each key, and the end of the last one. */
  readonly offsets: Uint16Array | Uint32Array

  /** @param buffer As `makeLeaf` fills it: offsets of `count + 1` keys, then the keys. */
  constructor(buffer: ArrayBufferLike, count: number) {
    // Offsets take two bytes if all keys together have at most 0xffff bytes.
    const narrow = (count + 1) * 2
    const isNarrow = buffer.byteLength - narrow <= 0xffff
    this.offsets = isNarrow ? new Uint16Array(buffer, 0, count + 1) : new Uint32Array(buffer, 0, count + 1)
    this.bytes = new Uint8Array(buffer, isNarrow ? narrow : narrow * 2)
  }

  get count(): number {
    return this.offsets.length - 1
  }

  get buffer(): ArrayBufferLike {
    return this.bytes.buffer
  }

  /** The index of the first key that is not less than `key`; `count` if there is none. */
  lowerBound(key: Uint8Array): number {
    const { bytes, offsets } = this
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareWith(bytes, offsets[middle] as number, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  key(index: number): Uint8Array {
    return this.bytes.subarray(this.offsets[index], (this.offsets[index + 1] as number) - 1)
  }
}

/** Allocates buffers for leaves: a `SharedArrayBuffer` if other threads will search them. */
export type Allocate = (length: number) => ArrayBufferLike

export const inOwnMemory: Allocate = length => new ArrayBuffer(length)

/**
 * A leaf of keys that are contiguous in `source`.
 * @param starts The start of each key, from index `first` on.
 */
export function makeLeaf(
  source: Uint8Array,
  starts: Uint32Array | Uint16Array,
  first: number,
  count: number,
  allocate: Allocate,
): Leaf {
  const start = starts[first] as number
  const length = (starts[first + count] as number) - start
  const width = length <= 0xffff ? 2 : 4
  const leaf = new Leaf(allocate((count + 1) * width + length), count)
  for (let index = 0; index <= count; index++) leaf.offsets[index] = (starts[first + index] as number) - start
  leaf.bytes.set(source.subarray(start, start + length))
  return leaf
}

/** Compares the key at `at`, which is terminated by `END`, with another. */
export function compareWith(bytes: Uint8Array, at: number, key: Uint8Array): number {
  const { length } = key
  for (let index = 0; index < length; index++) {
    const byte = bytes[at + index] as number
    const other = key[index] as number
    if (byte !== other) return byte === END ? -1 : byte - other
  }
  return bytes[at + length] === END ? 0 : 1
}

/** Compares two keys that are terminated by `END`. */
export function compareKeys(a: Uint8Array, atA: number, b: Uint8Array, atB: number): number {
  for (;;) {
    const left = a[atA++] as number
    const right = b[atB++] as number
    if (left !== right) return left === END ? -1 : right === END ? 1 : left - right
    if (left === END) return 0
  }
}

/** Combines a key with the one before it, if it returns true; the key is then dropped. */
export type Fold = (bytes: Uint8Array, last: number, source: Uint8Array, start: number) => boolean

/** Drops the second of two equal keys. */
export const dropRepeated: Fold = (bytes, last, source, start) =>
  compareKeys(bytes, last, source, start) === 0

/** Divides sorted keys into leaves. */
export class LeafWriter {
  readonly #allocate: Allocate
  readonly #fold: Fold
  #bytes = new Uint8Array(MAX_BYTES + 1024)
  readonly #starts = new Uint32Array(MAX_KEYS + 1)
  #count = 0
  #leaves: Leaf[] = []

  constructor(allocate: Allocate, fold: Fold = dropRepeated) {
    this.#allocate = allocate
    this.#fold = fold
  }

  /** Adds the key from `start` to `end` of `source`, including `END`. */
  add(source: Uint8Array, start: number, end: number): void {
    let count = this.#count
    if (count > 0 && this.#fold(this.#bytes, this.#starts[count - 1] as number, source, start)) return
    let at = this.#starts[count] as number
    const length = end - start
    if (count === MAX_KEYS || (count > 0 && at + length > MAX_BYTES)) {
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

  /**
   * Continues in a leaf of at most `MAX_KEYS` and `MAX_BYTES`, the last one before the keys to come. Called before
   * the first `add`.
   */
  resume({ bytes, offsets, count }: Leaf): void {
    if (bytes.length > this.#bytes.length) this.#bytes = grown(this.#bytes, bytes.length)
    this.#bytes.set(bytes)
    this.#starts.set(offsets)
    this.#count = count
  }

  /** Returns the finished leaves. */
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
