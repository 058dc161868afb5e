import { END, type Leaf } from '../leaf.ts'
import { roomOf, writeName } from '../name-bytes.ts'

/** Where `needle` is in `bytes`, from `from` on; -1 where it is not. A runtime may have a faster one than `indexOfBytes`. */
export type IndexOf = (bytes: Uint8Array, needle: Uint8Array, from: number) => number

/** Horspool's search: it skips as many bytes as the last byte of a window allows. */
export function indexOfBytes(bytes: Uint8Array, needle: Uint8Array, from: number): number {
  const last = needle.length - 1
  const skips = new Uint32Array(256).fill(needle.length)
  for (let index = 0; index < last; index++) skips[needle[index] as number] = last - index
  for (let end = from + last; end < bytes.length; end += skips[bytes[end] as number] as number) {
    let index = last
    while (index >= 0 && bytes[end - last + index] === needle[index]) index--
    if (index < 0) return end - last
  }
  return -1
}

/**
 * Finds a text in the texts of keys as it is written. `undefined` for a text whose bytes may be found across two
 * characters, and for one that every key has.
 */
export class SubstringMatcher {
  readonly #needle: Uint8Array
  /** The text begins with `/`, which no byte stands for where a key begins. */
  readonly #isAfterSlash: boolean
  readonly #indexOf: IndexOf

  private constructor(needle: Uint8Array, isAfterSlash: boolean, indexOf: IndexOf) {
    this.#needle = needle
    this.#isAfterSlash = isAfterSlash
    this.#indexOf = indexOf
  }

  static of(text: string, indexOf: IndexOf): SubstringMatcher | undefined {
    const isAfterSlash = text.startsWith('/')
    const names = text.slice(isAfterSlash ? 1 : 0)
    if (names === '' || /[\0\u0001]/.test(names)) return undefined
    const bytes = new Uint8Array(roomOf(names))
    const needle = bytes.slice(0, writeName(names, bytes, 0))
    for (const [index, byte] of needle.entries()) if (byte === 0x2f) needle[index] = 0
    return new SubstringMatcher(needle, isAfterSlash, indexOf)
  }

  /** Calls `hit` with the number of each key from `from` to `to` that matches. */
  match({ bytes, offsets }: Leaf, from: number, to: number, hit: (index: number) => void): void {
    const end = offsets[to] as number
    let index = from
    for (let at = offsets[from] as number; ; ) {
      const found = this.#indexOf(bytes, this.#needle, at)
      if (found < 0 || found >= end) return
      at = found + 1
      if (this.#isAfterSlash && !isAfterSlash(bytes, found)) continue
      index = keyOf(offsets, index, to, found)
      hit(index++)
      if (index >= to) return
      at = offsets[index] as number
    }
  }
}

function isAfterSlash(bytes: Uint8Array, at: number): boolean {
  return at === 0 || bytes[at - 1] === 0 || bytes[at - 1] === END
}

/** The key between `from` and `to` that holds the byte at `at`. */
function keyOf(offsets: Leaf['offsets'], from: number, to: number, at: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((offsets[middle + 1] as number) <= at) low = middle + 1
    else high = middle
  }
  return low
}
