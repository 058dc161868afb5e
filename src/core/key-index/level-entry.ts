import { END } from './leaf.ts'
import type { Fold } from './leaf-writer.ts'
import { IS_BRANCH, IS_VALUE } from './level-cursor.ts'
import { readName, roomOf, writeName } from './name-bytes.ts'

/** One child of a level. */
export interface LevelEntry {
  readonly name: string
  readonly isValue: boolean
  readonly isBranch: boolean
  /** Bytes of the value, where they are known. */
  readonly size?: number | undefined
}

/**
 * Children as keys of their own, in the order of their names: the name, 00, a byte of `IS_VALUE` and `IS_BRANCH`, and the
 * size in base 128 where it is known.
 */
export class EntryBuffer {
  /** What `write` wrote last, followed by `END`. */
  bytes = new Uint8Array(1024)

  /** @returns The bytes of the entry, without `END`. */
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

/** What the entries of a name begin with. With `byte` 1, what is past all of them. */
export function entryStart(name: string, byte: 0 | 1 = 0): Uint8Array {
  const bytes = new Uint8Array(roomOf(name) + 1)
  const end = writeName(name, bytes, 0)
  bytes[end] = byte
  return bytes.subarray(0, end + 1)
}

/** The entry from `start` to `end`. */
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

/** A name that is found as a value and as a branch is one child. Sizes are not known yet. */
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
