import type { Packer } from '../../key-index/packed.ts'
import { encodeKey } from '../strata/key-bytes.ts'
import type { PathNames } from './path-names.ts'

const [DOT, SLASH, FIRST_PLAIN, PAST_ASCII] = [0x2e, 0x2f, 2, 0x80] as const

/**
 * Converts engine keys of layout `path` to keys, and packs these as layout `strata` encodes them. ASCII names are
 * packed without creating a `Key`, because there may be millions.
 */
export class NamePacker {
  readonly #names: PathNames
  readonly #packer: Packer
  /** The separator, if it is one byte. */
  readonly #divider: number | undefined
  #room = new Uint8Array(1024)

  constructor(names: PathNames, packer: Packer) {
    this.#names = names
    this.#packer = packer
    this.#divider = names.divider.length === 1 ? names.divider[0] : undefined
  }

  add(name: Uint8Array): void {
    const length = this.#writePlain(name)
    if (length > 0) this.#packer.add(this.#room, 0, length)
    else this.#packer.add(encodeKey(this.#names.keyOf(name)))
  }

  /** @returns The number of bytes of the key in `#room`; 0 for a name that must be parsed in full. */
  #writePlain(name: Uint8Array): number {
    const divider = this.#divider
    if (divider === undefined || this.#names.lacksSeparator(name)) return 0
    if (name.length > this.#room.length) this.#room = new Uint8Array(2 * name.length)
    const room = this.#room
    let length = 0
    let start = 0
    for (let at = this.#names.prefix.length + (this.#names.leading ? 1 : 0); at < name.length; at++) {
      const byte = name[at] as number
      if (byte === divider) {
        if (!isSegment(room, start, length)) return 0
        room[length++] = 0
        start = length
      } else if (byte === SLASH || byte < FIRST_PLAIN || byte >= PAST_ASCII) return 0
      else room[length++] = byte
    }
    return isSegment(room, start, length) ? length : 0
  }
}

/** Whether ASCII text is a valid segment: not empty, `.` or `..`. */
function isSegment(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start
  if (length === 0) return false
  return length > 2 || bytes[start] !== DOT || (length === 2 && bytes[start + 1] !== DOT)
}
