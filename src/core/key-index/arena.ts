import { END } from './leaf.ts'
import type { LeafWriter } from './leaf-writer.ts'
import { RadixSort } from './radix-sort.ts'

/** Bytes of an arena at most, unless one key alone is longer. */
const MOST_BYTES = 64 * 2 ** 20

/** Takes keys in any order, then gives them as sorted leaves. Both are done in steps. */
export class Arena {
  readonly #mostKeys: number
  #bytes: Uint8Array<ArrayBuffer>
  #starts: Uint32Array<ArrayBuffer>
  #at = 0
  #count = 0
  #sorting: RadixSort | undefined
  #written = 0

  constructor(mostKeys: number) {
    this.#mostKeys = mostKeys
    this.#starts = new Uint32Array(Math.min(mostKeys, 4096))
    this.#bytes = new Uint8Array(this.#starts.length * 16)
  }

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count >= this.#mostKeys || this.#at >= MOST_BYTES
  }

  /** Adds the bytes from `start` to `end`, which hold no `END`. */
  add(source: Uint8Array, start: number, end: number): void {
    if (this.#count === this.#starts.length) {
      const larger = new Uint32Array(Math.min(this.#mostKeys, this.#count * 2))
      larger.set(this.#starts)
      this.#starts = larger
    }
    const room = this.#at + end - start + 1
    if (room > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(room, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#starts[this.#count++] = this.#at
    const bytes = this.#bytes
    for (let index = start; index < end; index++) bytes[this.#at++] = source[index] as number
    bytes[this.#at++] = END
  }

  /**
   * Sorts the keys and writes them, until `isOver`. No key may be added from the first call on.
   * @returns Whether all are written.
   */
  write(writer: LeafWriter, isOver: () => boolean): boolean {
    this.#starts = this.#starts.subarray(0, this.#count)
    this.#sorting ??= new RadixSort(this.#bytes, this.#starts)
    if (!this.#sorting.step(isOver)) return false
    const [bytes, starts] = [this.#bytes, this.#starts]
    while (this.#written < this.#count) {
      const start = starts[this.#written++] as number
      let end = start
      while (bytes[end++] !== END);
      writer.add(bytes, start, end)
      if ((this.#written & 1023) === 0 && isOver()) break
    }
    return this.#written === this.#count
  }
}
