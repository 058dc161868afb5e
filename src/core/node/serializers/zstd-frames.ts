const FRAME = 0xfd2fb528
const SKIPPABLE = 0x184d2a50
const CHECKSUM = 4

/**
 * Follows the frames of a zstd stream (RFC 8878, section 3) to detect whether it is complete: Node's zlib accepts a
 * truncated stream as complete.
 */
export class ZstdFrames {
  #header: number[] = []
  /** Bytes of the next header. */
  #wanted = 4
  /** Bytes that are not part of a header and still to come. */
  #passing = 0
  #read: (header: readonly number[]) => void = this.#readMagic
  #hasChecksum = false
  #frames = 0

  /** Whether what was pushed so far ends with a complete frame. */
  get isWhole(): boolean {
    return (
      this.#frames > 0 && this.#passing === 0 && this.#header.length === 0 && this.#read === this.#readMagic
    )
  }

  /** The number of frames so far, including skippable ones. */
  get count(): number {
    return this.#frames
  }

  /** @throws TypeError for bytes that are not zstd frames. */
  push(chunk: Uint8Array): void {
    for (let offset = 0; offset < chunk.length; ) {
      if (this.#passing > 0) {
        const passed = Math.min(this.#passing, chunk.length - offset)
        this.#passing -= passed
        offset += passed
        continue
      }
      this.#header.push(chunk[offset++] ?? 0)
      if (this.#header.length < this.#wanted) continue
      const header = this.#header
      this.#header = []
      this.#read(header)
    }
  }

  #readMagic(header: readonly number[]): void {
    const magic = littleEndian(header)
    if (magic === FRAME) this.#expect(1, this.#readDescriptor)
    else if (magic - (magic % 16) === SKIPPABLE) this.#expect(4, this.#readSkippable)
    else throw new TypeError('these are no zstd frames')
  }

  #readSkippable(header: readonly number[]): void {
    this.#endFrame(littleEndian(header))
  }

  #readDescriptor([descriptor = 0]: readonly number[]): void {
    const isSingleSegment = (descriptor & 0x20) !== 0
    this.#hasChecksum = (descriptor & 0x04) !== 0
    const window = isSingleSegment ? 0 : 1
    const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
    const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
    this.#passing = window + dictionary + contentSize
    this.#expect(3, this.#readBlock)
  }

  #readBlock(header: readonly number[]): void {
    const block = littleEndian(header)
    const type = (block >> 1) & 3
    if (type === 3) throw new TypeError('a zstd block is of no known type')
    // A run is one byte, regardless of its length.
    const size = type === 1 ? 1 : block >> 3
    if ((block & 1) === 1) this.#endFrame(size + (this.#hasChecksum ? CHECKSUM : 0))
    else this.#passing = size
  }

  #endFrame(rest: number): void {
    this.#passing = rest
    this.#frames++
    this.#expect(4, this.#readMagic)
  }

  #expect(bytes: number, read: (header: readonly number[]) => void): void {
    this.#wanted = bytes
    this.#read = read
  }
}

function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((number, byte) => number * 256 + byte, 0)
}
