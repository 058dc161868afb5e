/** Bytes of one slab, and of the largest value that is put into one. */
const SLAB = 64 * 1024
const MAX_PACKED_BYTES = 4 * 1024

/**
 * Copies of small values, packed into slabs that many of them share: creating a buffer for each costs several times as
 * much as copying its bytes. A slab is freed together with the last value in it, so this is for stores that keep their
 * values. The copies must never be handed out, because their buffer contains other values.
 */
export class PackedCopies {
  #slab = new Uint8Array(0)
  #used = 0

  copy(bytes: Uint8Array): Uint8Array {
    const copy = this.take(bytes.length)
    copy.set(bytes)
    return copy
  }

  /** Space for this many bytes, filled with zeros. */
  take(length: number): Uint8Array {
    if (length > MAX_PACKED_BYTES) return new Uint8Array(length)
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB)
      this.#used = 0
    }
    this.#used += length
    return this.#slab.subarray(this.#used - length, this.#used)
  }
}
