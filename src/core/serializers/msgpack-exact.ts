const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const MARK = '\ufeff'
const TIMESTAMP = -1

/**
 * Refuses MessagePack that a decoder would not decode exactly: text that is not UTF-8 or begins with a byte order mark,
 * names that are not text, a name that occurs twice in a map, times finer than a millisecond.
 * @throws TypeError
 */
export function assertExact(bytes: Uint8Array): void {
  new Reader(bytes).skipValue()
}

/** Walks over one value. Truncated bytes are left to the decoder to refuse. */
class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  skipValue(): void {
    // How many values are still to come in each container. A stack, so that nesting needs no recursion.
    const open: { left: number; readonly names: Set<string> | undefined }[] = [{ left: 1, names: undefined }]
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (top.left === 0 || this.#at >= this.#bytes.length) {
        open.pop()
        continue
      }
      top.left--
      if (top.names !== undefined) this.#readName(top.names)
      const inner = this.#skipHead()
      if (inner !== undefined) open.push(inner)
    }
  }

  #readName(names: Set<string>): void {
    const length = this.#textLength(this.#byte())
    if (length === undefined) throw new TypeError('a map has a name that is not text')
    const name = this.#text(length)
    if (names.has(name)) throw new TypeError(`a map has the name ${JSON.stringify(name)} twice`)
    names.add(name)
  }

  /** Skips a scalar; opens a container. */
  #skipHead(): { left: number; readonly names: Set<string> | undefined } | undefined {
    const head = this.#byte()
    const length = this.#textLength(head)
    if (length !== undefined) {
      this.#text(length)
      return undefined
    }
    if (head >= 0x80 && head <= 0x8f) return { left: head - 0x80, names: new Set() }
    if (head >= 0x90 && head <= 0x9f) return { left: head - 0x90, names: undefined }
    if (head === 0xde || head === 0xdf) return { left: this.#number(head === 0xde ? 2 : 4), names: new Set() }
    if (head === 0xdc || head === 0xdd) return { left: this.#number(head === 0xdc ? 2 : 4), names: undefined }
    if (head >= 0xc4 && head <= 0xc6) this.#skip(this.#number(2 ** (head - 0xc4)))
    else if (head >= 0xc7 && head <= 0xc9) this.#skipExtension(this.#number(2 ** (head - 0xc7)))
    else if (head >= 0xd4 && head <= 0xd8) this.#skipExtension(2 ** (head - 0xd4))
    else this.#skip(SIZES.get(head) ?? 0)
    return undefined
  }

  /** Times must be whole milliseconds here: nanoseconds must be a multiple of a million. */
  #skipExtension(length: number): void {
    const type = this.#at < this.#bytes.length ? this.#view.getInt8(this.#at) : 0
    const start = this.#at + 1
    this.#at = start + length
    if (type !== TIMESTAMP || this.#at > this.#bytes.length) return
    const nanoseconds =
      length === 8 ? this.#view.getUint32(start) >>> 2 : length === 12 ? this.#view.getUint32(start) : 0
    if (nanoseconds % 1_000_000 !== 0) throw new TypeError('a time is finer than a millisecond')
  }

  /** Bytes of the text that `head` begins; `undefined` if it does not begin a text. */
  #textLength(head: number): number | undefined {
    if (head >= 0xa0 && head <= 0xbf) return head - 0xa0
    return head >= 0xd9 && head <= 0xdb ? this.#number(2 ** (head - 0xd9)) : undefined
  }

  #text(length: number): string {
    const text = utf8.decode(this.#bytes.subarray(this.#at, this.#at + length))
    this.#at += length
    if (text.startsWith(MARK))
      throw new TypeError('a text begins with a byte order mark, which is not read back')
    return text
  }

  #skip(count: number): void {
    this.#at += count
  }

  #byte(): number {
    return this.#bytes[this.#at++] ?? 0
  }

  #number(size: number): number {
    let value = 0
    for (let index = 0; index < size; index++) value = value * 256 + this.#byte()
    return value
  }
}

/** Bytes after the head of a number. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
])
