import { corrupt, PAGE, PAGE_HEADER, readNumber } from './format.ts'

/** Bytes at any place of a file. */
export interface ByteSource {
  /** The current size of the file in bytes. */
  size(): number
  /** Up to `length` bytes from `offset`; fewer at the end of the file. */
  read(offset: number, length: number): Buffer
  close(): void
}

/** Bytes of pages that are cached. */
const KEPT_BYTES = 16 * 1024 * 1024

/** The pages of one transaction. Each is checked to be within the file and of the expected type. */
export class Pages {
  readonly #source: ByteSource
  readonly #pageSize: number
  readonly #lastPage: number
  readonly #kept = new Map<number, Buffer>()

  constructor(source: ByteSource, pageSize: number, lastPage: number) {
    this.#source = source
    this.#pageSize = pageSize
    this.#lastPage = lastPage
  }

  /** The number of pages of the file at this transaction. */
  get count(): number {
    return this.#lastPage + 1
  }

  /** A branch, leaf or overflow page. */
  page(number: number): Buffer {
    const kept = this.#kept.get(number)
    if (kept !== undefined) return kept
    const page = this.#read(number, 1)
    if (readNumber(page, 0) !== number) throw corrupt(`page ${number} says that it is another page`)
    if (this.#kept.size * this.#pageSize >= KEPT_BYTES) {
      const [oldest] = this.#kept.keys()
      if (oldest !== undefined) this.#kept.delete(oldest)
    }
    this.#kept.set(number, page)
    return page
  }

  /** A value of `size` bytes on overflow pages. */
  overflow(number: number, size: number): Buffer {
    const first = this.page(number)
    if ((flagsOf(first) & PAGE.overflow) === 0) throw corrupt(`page ${number} is not an overflow page`)
    const count = first.readUInt32LE(12)
    if (PAGE_HEADER + size > count * this.#pageSize)
      throw corrupt(`a value is longer than its ${count} pages`)
    const whole = count === 1 ? first : this.#read(number, count)
    return whole.subarray(PAGE_HEADER, PAGE_HEADER + size)
  }

  #read(number: number, count: number): Buffer {
    const end = number + count
    if (number < 2 || end > this.#lastPage + 1) throw corrupt(`page ${number} is not in use`)
    if (end * this.#pageSize > this.#source.size())
      throw corrupt(`page ${number} is past the end of the file`)
    const bytes = this.#source.read(number * this.#pageSize, count * this.#pageSize)
    if (bytes.length < count * this.#pageSize) throw corrupt(`page ${number} is cut off`)
    return bytes
  }
}

export function flagsOf(page: Buffer): number {
  return page.readUInt16LE(10)
}

/** A node of a page: a reference to a page below, or a value. */
export interface Node {
  readonly key: Buffer
  readonly flags: number
  /** In a branch: the page below. In a leaf: the number of bytes of the value. */
  readonly number: number
  /** The offset of the data in the page. */
  readonly dataAt: number
}

/** The number of nodes of a page or sub-page. */
export function countOf(page: Buffer): number {
  const lower = page.readUInt16LE(12)
  if (lower < PAGE_HEADER || (lower & 1) === 1) throw corrupt('the header of a page is broken')
  const count = (lower - PAGE_HEADER) / 2
  const isFixed = (flagsOf(page) & PAGE.leaf2) !== 0
  const end = isFixed ? PAGE_HEADER + count * widthOf(page) : lower
  if (end > page.length) throw corrupt('a page has more nodes than it has room for')
  return count
}

/** The size of each key if all keys have the same size and the page contains nothing else. */
function widthOf(page: Buffer): number {
  return page.readUInt16LE(8)
}

/** A key of a page where all keys have the same size. */
export function fixedKey(page: Buffer, index: number): Buffer {
  const at = PAGE_HEADER + index * widthOf(page)
  return page.subarray(at, at + widthOf(page))
}

/** A node of a page. */
export function nodeAt(page: Buffer, index: number): Node {
  const at = page.readUInt16LE(PAGE_HEADER + 2 * index)
  if (at < PAGE_HEADER || at + 8 > page.length) throw corrupt('a node is outside of its page')
  const dataAt = at + 8 + page.readUInt16LE(at + 6)
  if (dataAt > page.length) throw corrupt('a key is outside of its page')
  const flags = page.readUInt16LE(at + 4)
  const low = page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 0x10000
  const isBranch = (flagsOf(page) & PAGE.branch) !== 0
  return {
    key: page.subarray(at + 8, dataAt),
    // Branches store the upper bits of the page number in place of flags.
    flags: isBranch ? 0 : flags,
    number: isBranch ? low + flags * 0x1_0000_0000 : low,
    dataAt,
  }
}
