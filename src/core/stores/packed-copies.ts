/** Bytes of one slab, and of the largest value that is put into one. */
const SLAB = 64 * 1024
const LARGEST = 4 * 1024

/**
 * Copies of small values, packed into slabs that many of them share: making a buffer of its own for each costs several
 * times as much as copying its bytes. A slab is freed when the last value in it is, so this is for stores that keep
 * what they take. The copies are never to be handed out: who has one can reach its neighbours.
 */
export class PackedCopies {
  #slab = new Uint8Array(0)
  #used = 0

  copy(bytes: Uint8Array): Uint8Array {
    const copy = this.take(bytes.length)
    copy.set(bytes)
    return copy
  }

  /** Room for so many bytes. They are zero. */
  take(length: number): Uint8Array {
    if (length > LARGEST) return new Uint8Array(length)
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB)
      this.#used = 0
    }
    this.#used += length
    return this.#slab.subarray(this.#used - length, this.#used)
  }
}
