/** Keys of a leaf at most; a leaf that is changed may hold half as many again. */
export const MOST_KEYS = 1024
/** Bytes of a leaf at most, unless one key alone is longer. Offsets of a leaf then have two bytes. */
export const MOST_BYTES = 60_000
/** Follows each key. No key holds it, and a key that ends sorts before one that goes on. */
export const END = 0xff

/** Keys in byte order, each followed by `END`. It never changes, so it may be shared with threads. */
export class Leaf {
  readonly bytes: Uint8Array
  /** Where each key begins, and where the last one has ended. */
  readonly offsets: Uint16Array | Uint32Array

  /** @param buffer As `makeLeaf` fills it: offsets of `count + 1` keys, then the keys. */
  constructor(buffer: ArrayBufferLike, count: number) {
    // Two bytes each where that is enough, which is so where the rest has no more bytes than two can count.
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

  /** The first key that is not before `key`, by its number; `count` where there is none. */
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

/** Makes buffers for leaves: `SharedArrayBuffer` where other threads are to search them. */
export type Allocate = (length: number) => ArrayBufferLike

export const inOwnMemory: Allocate = length => new ArrayBuffer(length)

/**
 * A leaf of keys that lie in `source` one after another.
 * @param starts Where each of them begins, from the number `first` on.
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

/** Compares the key at `at`, which is followed by `END`, with another. */
export function compareWith(bytes: Uint8Array, at: number, key: Uint8Array): number {
  const { length } = key
  for (let index = 0; index < length; index++) {
    const byte = bytes[at + index] as number
    const other = key[index] as number
    if (byte !== other) return byte === END ? -1 : byte - other
  }
  return bytes[at + length] === END ? 0 : 1
}

/** Compares two keys that are followed by `END`. */
export function compareKeys(a: Uint8Array, atA: number, b: Uint8Array, atB: number): number {
  for (;;) {
    const left = a[atA++] as number
    const right = b[atB++] as number
    if (left !== right) return left === END ? -1 : right === END ? 1 : left - right
    if (left === END) return 0
  }
}
