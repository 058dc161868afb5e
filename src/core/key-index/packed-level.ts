import { Slices } from '../concurrency/slices.ts'
import { END, type Fold } from './leaf.ts'
import { LeafDirectory } from './leaf-directory.ts'
import { IS_BRANCH, IS_VALUE } from './level-cursor.ts'
import { readName, roomOf, writeName } from './name-bytes.ts'
import { Runs } from './runs.ts'

/** The children of one key, in about five bytes each besides the name. Immutable. */
export class PackedLevel {
  static readonly empty: PackedLevel = new PackedLevel(new LeafDirectory())
  readonly #entries: LeafDirectory

  constructor(entries: LeafDirectory) {
    this.#entries = entries
  }

  get size(): number {
    return this.#entries.size
  }

  /** The entries in a new directory. The leaves are shared until they are changed. */
  copy(): LeafDirectory {
    return this.#entries.copy()
  }

  /** Children strictly after a name, in ascending or descending order; all children without a name. */
  *entries(after?: string, reverse = false): Iterable<LevelEntry> {
    const cursor = this.#entries.cursor()
    if (after !== undefined) cursor.seek(entryStart(after, reverse ? 0 : 1))
    else if (reverse) cursor.moveTo({ leaf: this.#entries.leaves.length, index: 0 })
    if (reverse) cursor.previous()
    while (!cursor.isEnd) {
      yield readEntry(cursor.bytes, cursor.start, cursor.end)
      if (reverse) cursor.previous()
      else cursor.next()
    }
  }
}

/** Sorting this many keys takes a millisecond or two. */
const MAX_RUN = 2 ** 14

/** Builds a level from children that come in any order, as values and as branches. */
export class LevelBuilder {
  readonly #runs = new Runs({ fold: foldEntries, firstRun: 1024, largestRun: MAX_RUN })
  readonly #slices = new Slices()
  readonly #buffer = new EntryBuffer()
  readonly #isOver = (): boolean => this.#slices.isOver

  /** Adds a child. If it returns a promise, it is yielding to the event loop; await it. */
  add(name: string, isValue: boolean): Promise<void> | undefined {
    const length = this.#buffer.write({ name, isValue, isBranch: !isValue })
    this.#runs.push(this.#buffer.bytes, 0, length)
    if (this.#runs.isFull || this.#slices.step()) return this.#work(false)
    return undefined
  }

  async finish(): Promise<PackedLevel> {
    await this.#work(true)
    return new PackedLevel(this.#runs.sorted[0] ?? new LeafDirectory())
  }

  async #work(isLast: boolean): Promise<void> {
    do if (this.#slices.isOver) await this.#slices.pause()
    while (this.#runs.step(this.#isOver, isLast))
  }
}

/** One child of a level. */
export interface LevelEntry {
  readonly name: string
  readonly isValue: boolean
  readonly isBranch: boolean
  /** Bytes of the value, where they are known. */
  readonly size?: number | undefined
}

/**
 * Encodes children as keys in the order of their names: the name, 00, a byte of `IS_VALUE` and `IS_BRANCH`, and the
 * size in base 128 if it is known.
 */
export class EntryBuffer {
  /** The last entry that `write` encoded, terminated by `END`. */
  bytes = new Uint8Array(1024)

  /** @returns The number of bytes of the entry, without `END`. */
  write({ name, isValue, isBranch, size }: LevelEntry): number {
    const room = roomOf(name) + 16
    if (room > this.bytes.length) this.bytes = new Uint8Array(room * 2)
    const { bytes } = this
    let at = writeName(name, bytes, 0)
    bytes[at++] = 0
    bytes[at++] = (isValue ? IS_VALUE : 0) | (isBranch ? IS_BRANCH : 0)
    if (isValue && size !== undefined) at = writeSize(size, bytes, at)
    bytes[at] = END
    return at
  }
}

/** The common beginning of the entries of a name. With `byte` 1: the first possible key after all of them. */
export function entryStart(name: string, byte: 0 | 1 = 0): Uint8Array {
  const bytes = new Uint8Array(roomOf(name) + 1)
  const end = writeName(name, bytes, 0)
  bytes[end] = byte
  return bytes.subarray(0, end + 1)
}

/** Decodes the entry from `start` to `end`. */
export function readEntry(bytes: Uint8Array, start: number, end: number): LevelEntry {
  let nameEnd = start
  while (bytes[nameEnd] !== 0) nameEnd++
  const flags = bytes[nameEnd + 1] as number
  const entry = {
    name: readName(bytes, start, nameEnd),
    isValue: (flags & IS_VALUE) !== 0,
    isBranch: (flags & IS_BRANCH) !== 0,
  }
  return nameEnd + 2 === end ? entry : { ...entry, size: readSize(bytes, nameEnd + 2, end) }
}

/** Combines a name that is found as a value and as a branch into one child. Sizes are not known yet. */
export const foldEntries: Fold = (bytes, last, source, start) => {
  for (let offset = 0; ; offset++) {
    const byte = bytes[last + offset] as number
    if (byte !== source[start + offset]) return false
    if (byte !== 0) continue
    const flags = last + offset + 1
    bytes[flags] = (bytes[flags] as number) | (source[start + offset + 1] as number)
    return true
  }
}

function writeSize(size: number, bytes: Uint8Array, at: number): number {
  let digits = 1
  for (let rest = size; rest >= 128; rest = Math.floor(rest / 128)) digits++
  for (let digit = digits - 1, rest = size; digit >= 0; digit--, rest = Math.floor(rest / 128))
    bytes[at + digit] = rest % 128
  return at + digits
}

function readSize(bytes: Uint8Array, start: number, end: number): number {
  let size = 0
  for (let at = start; at < end; at++) size = size * 128 + (bytes[at] as number)
  return size
}
