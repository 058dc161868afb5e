/**
 * Rows in one buffer, each as its length in base 128, lowest digits first, and its bytes. Keys cross between threads in
 * this form.
 */
export class Packer {
  #bytes: Uint8Array<ArrayBuffer>
  #at = 0
  #count = 0

  constructor(room = 1024) {
    this.#bytes = new Uint8Array(room)
  }

  get count(): number {
    return this.#count
  }

  get byteLength(): number {
    return this.#at
  }

  /** Adds the bytes from `start` to `end`. */
  add(source: Uint8Array, start = 0, end: number = source.length): void {
    const length = end - start
    if (this.#at + length + 5 > this.#bytes.length) this.#grow(length + 5)
    const bytes = this.#bytes
    let rest = length
    for (; rest > 0x7f; rest >>>= 7) bytes[this.#at++] = (rest & 0x7f) | 0x80
    bytes[this.#at++] = rest
    for (let index = start; index < end; index++) bytes[this.#at++] = source[index] as number
    this.#count++
  }

  /** The rows added since the last `take`, in a buffer that can be transferred. */
  take(): Uint8Array<ArrayBuffer> {
    const packed = this.#bytes.slice(0, this.#at)
    this.#at = 0
    this.#count = 0
    return packed
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.max(this.#at + length, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = larger
  }
}

/**
 * Calls `visit` with the start and end of each row until it returns false.
 * @param from Where to begin: 0, or the result of an earlier call.
 * @returns Where the unvisited rows begin.
 * @throws RangeError if the buffer ends within a row.
 */
export function eachPacked(
  packed: Uint8Array,
  visit: (start: number, end: number) => boolean,
  from = 0,
): number {
  for (let at = from; at < packed.length; ) {
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = packed[at++]
      if (byte === undefined || shift > 28) throw new RangeError('The packed rows are cut off')
      length += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) break
    }
    const start = at
    at += length
    if (at > packed.length) throw new RangeError('The packed rows are cut off')
    if (!visit(start, at)) return at
  }
  return packed.length
}

export function pack(rows: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  const packer = new Packer()
  for (const row of rows) packer.add(row)
  return packer.take()
}

/** The rows as views of the buffer. */
export function unpack(packed: Uint8Array): Uint8Array[] {
  const rows: Uint8Array[] = []
  eachPacked(packed, (start, end) => rows.push(packed.subarray(start, end)) > 0)
  return rows
}
