import { followedBy, joined } from '../ordered/byte-order.ts'
import type { KeyCursor, LeafDirectory } from './leaf-directory.ts'

export const IS_VALUE = 1
export const IS_BRANCH = 2

export interface LevelOptions {
  /** Start strictly past this name, in the direction of the listing. */
  readonly after?: Uint8Array | undefined
  readonly limit: number
  readonly reverse?: boolean | undefined
}

/** Keys that are compared one by one before the cursor seeks past the subtree of a child. */
const NEAR = 4

/** The first possible key after everything at and below a child with this key. */
function past(key: Uint8Array): Uint8Array {
  return followedBy(key, 1)
}

/** Moves over the children of one key. */
export class LevelCursor {
  readonly #cursor: KeyCursor
  /** The common beginning of all keys of the level: its key and 00; nothing for the root. */
  readonly #prefix: Uint8Array
  readonly #reverse: boolean
  /** The key of the child; `undefined` past the last one. */
  #child: Uint8Array | undefined
  #flags = 0

  constructor(keys: LeafDirectory, of: Uint8Array, { after, reverse = false }: Omit<LevelOptions, 'limit'>) {
    this.#cursor = keys.cursor()
    this.#prefix = of.length === 0 ? of : followedBy(of, 0)
    this.#reverse = reverse
    if (reverse) {
      if (after !== undefined) this.#cursor.seek(joined(this.#prefix, after))
      else if (of.length > 0) this.#cursor.seek(past(of))
      else this.#cursor.moveTo({ leaf: keys.leaves.length, index: 0 })
      this.#cursor.previous()
    } else this.#cursor.seek(after === undefined ? this.#prefix : past(joined(this.#prefix, after)))
    this.advance()
  }

  /** The name of the child; `undefined` past the last one. */
  get name(): Uint8Array | undefined {
    return this.#child?.subarray(this.#prefix.length)
  }

  /** `IS_VALUE`, `IS_BRANCH` or both. */
  get flags(): number {
    return this.#flags
  }

  advance(): void {
    const cursor = this.#cursor
    this.#child = undefined
    if (!cursor.startsWith(this.#prefix)) return
    const { bytes, start, end } = cursor
    let nameEnd = start + this.#prefix.length
    while (nameEnd < end && bytes[nameEnd] !== 0) nameEnd++
    const child = bytes.subarray(start, nameEnd)
    this.#flags = nameEnd === end ? IS_VALUE : IS_BRANCH
    this.#child = child
    if (this.#reverse) this.#leaveBackwards(child)
    else this.#leave(child)
  }

  /** Moves past the subtree. Whether there is one shows in the key after the child's own. */
  #leave(child: Uint8Array): void {
    const cursor = this.#cursor
    for (let near = 0; near < NEAR; near++) {
      cursor.next()
      if (!this.#isBelow(child)) return
      this.#flags |= IS_BRANCH
    }
    cursor.seek(past(child))
  }

  /** Moves before the child. It is a branch if its last key was not its own. */
  #leaveBackwards(child: Uint8Array): void {
    const cursor = this.#cursor
    if (this.#flags === IS_BRANCH) {
      let near = 0
      do cursor.previous()
      while (++near < NEAR && this.#isBelow(child))
      if (near === NEAR && this.#isBelow(child)) {
        cursor.seek(child)
        if (!cursor.isAt(child)) {
          cursor.previous()
          return
        }
      }
      if (!cursor.isAt(child)) return
      this.#flags |= IS_VALUE
    }
    cursor.previous()
  }

  #isBelow(child: Uint8Array): boolean {
    const { bytes, start } = this.#cursor
    return this.#cursor.startsWith(child) && bytes[start + child.length] === 0
  }
}
