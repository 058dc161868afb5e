/** Collects bytes that are written one after another, numbers with the big end first. */
export class ByteSink {
  #bytes = new Uint8Array(256)
  #size = 0

  get size(): number {
    return this.#size
  }

  byteAt(offset: number): number | undefined {
    return offset < this.#size ? this.#bytes[offset] : undefined
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#size++] = value
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length)
    this.#bytes.set(values, this.#size)
    this.#size += values.length
  }

  /** @param width 1, 2, 4 or 8 bytes. Negative numbers as their two's complement. */
  integer(value: bigint, width: number): void {
    this.#reserve(width)
    for (let shift = 8n * BigInt(width - 1); shift >= 0n; shift -= 8n) {
      this.#bytes[this.#size++] = Number((value >> shift) & 0xffn)
    }
  }

  /** A float of 4 or 8 bytes. */
  float(value: number, width: 4 | 8): void {
    this.#reserve(width)
    const view = new DataView(this.#bytes.buffer)
    if (width === 4) view.setFloat32(this.#size, value)
    else view.setFloat64(this.#size, value)
    this.#size += width
  }

  /** Puts bytes before what was written since `start`: the head of a container, whose length is known at its end. */
  insertAt(start: number, head: Uint8Array): void {
    this.#reserve(head.length)
    this.#bytes.copyWithin(start + head.length, start, this.#size)
    this.#bytes.set(head, start)
    this.#size += head.length
  }

  /** A copy of what was written. */
  result(): Uint8Array {
    return this.#bytes.slice(0, this.#size)
  }

  #reserve(count: number): void {
    if (this.#size + count <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#size + count))
    grown.set(this.#bytes.subarray(0, this.#size))
    this.#bytes = grown
  }
}
