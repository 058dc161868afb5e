import { END, type Leaf } from '../leaf.ts'
import { roomOf, writeName } from '../name-bytes.ts'

/** The position of `needle` in `bytes`, from `from` on; -1 if there is none. */
export type IndexOf = (bytes: Uint8Array, needle: Uint8Array, from: number) => number

/** Horspool's search: it skips as many bytes as the last byte of a window allows. */
export class Horspool {
  readonly #needle: Uint8Array
  readonly #skips: Uint32Array
  /** The byte that each byte is compared as. */
  readonly #folded = Uint8Array.from({ length: 256 }, (_, byte) => byte)

  /** @param isCaseInsensitive Upper and lower case of ASCII letters are alike. */
  constructor(needle: Uint8Array, isCaseInsensitive: boolean) {
    if (isCaseInsensitive) for (let byte = 0x41; byte <= 0x5a; byte++) this.#folded[byte] = byte + 0x20
    this.#needle = needle.map(byte => this.#folded[byte] as number)
    const last = needle.length - 1
    const skips = new Uint32Array(256).fill(needle.length)
    for (let index = 0; index < last; index++) skips[this.#needle[index] as number] = last - index
    this.#skips = skips.map((_, byte) => skips[this.#folded[byte] as number] as number)
  }

  /** The position of the needle, from `from` on; -1 if there is none. */
  find(bytes: Uint8Array, from: number): number {
    const [needle, skips, folded] = [this.#needle, this.#skips, this.#folded]
    const last = needle.length - 1
    const { length } = bytes
    for (let end = from + last; end < length; end += skips[bytes[end] as number] as number) {
      let index = last
      while (index >= 0 && folded[bytes[end - last + index] as number] === needle[index]) index--
      if (index < 0) return end - last
    }
    return -1
  }
}

/** Finds a text in the texts of keys. */
export class SubstringMatcher {
  /** Whether the text begins with `/`, which has no byte at the beginning of a key. */
  readonly #isAfterSlash: boolean
  readonly #find: (bytes: Uint8Array, from: number) => number

  private constructor(isAfterSlash: boolean, find: (bytes: Uint8Array, from: number) => number) {
    this.#isAfterSlash = isAfterSlash
    this.#find = find
  }

  /**
   * @param isCaseInsensitive Whether upper and lower case match each other.
   * @param indexOf The runtime's own search, if there is one.
   * @returns `undefined` for a text that cannot be searched by bytes: its bytes may occur across two characters, every
   * key contains it, or its letters have another case beyond ASCII.
   */
  static of(text: string, isCaseInsensitive: boolean, indexOf?: IndexOf): SubstringMatcher | undefined {
    const isAfterSlash = text.startsWith('/')
    const names = text.slice(isAfterSlash ? 1 : 0)
    const hasCase = isCaseInsensitive && names.toLowerCase() !== names.toUpperCase()
    if (names === '' || /[\0\u0001]/.test(names) || (hasCase && /[^\0-\x7f]/.test(names))) return undefined
    const bytes = new Uint8Array(roomOf(names))
    const needle = bytes.slice(0, writeName(names, bytes, 0))
    for (const [index, byte] of needle.entries()) if (byte === 0x2f) needle[index] = 0
    if (!hasCase && indexOf !== undefined)
      return new SubstringMatcher(isAfterSlash, (within, from) => indexOf(within, needle, from))
    const horspool = new Horspool(needle, hasCase)
    return new SubstringMatcher(isAfterSlash, (within, from) => horspool.find(within, from))
  }

  /** Calls `hit` with the number of each key from `from` to `to` that matches. */
  match({ bytes, offsets }: Leaf, from: number, to: number, hit: (index: number) => void): void {
    const end = offsets[to] as number
    let index = from
    for (let at = offsets[from] as number; ; ) {
      const found = this.#find(bytes, at)
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

/** The key between `from` and `to` that contains the byte at `at`. */
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
