/** A frame on its way to the end of a log. */
interface Waiting {
  readonly frame: Buffer
  readonly isIntent: boolean
  resolve(number: number): void
  reject(error: unknown): void
}

/** Writes frames one after another, and gives the number of the first. */
export type WriteFrames = (frames: readonly Buffer[], hasIntent: boolean) => Promise<number>

/** Writes frames in the order they come; those that come while others are being written are written together. */
export class AppendQueue {
  readonly #write: WriteFrames
  readonly #maxBytes: number
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  /** @param maxBytes Bytes that are written together at the most, where it is more than one frame. */
  constructor(write: WriteFrames, maxBytes: number) {
    this.#write = write
    this.#maxBytes = maxBytes
  }

  /** The number of the frame, once it is written. Rejects as the write did that it was part of. */
  append(frame: Buffer, isIntent: boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame, isIntent, resolve, reject })
      this.#running ??= this.#writeAll()
    })
  }

  /** Resolves once nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup()
      try {
        const first = await this.#write(
          group.map(({ frame }) => frame),
          group.some(({ isIntent }) => isIntent),
        )
        for (const [index, waiting] of group.entries()) waiting.resolve(first + index)
      } catch (error) {
        for (const waiting of group) waiting.reject(error)
      }
    }
    // In the same step as the look at what waits: a frame that comes later begins anew.
    this.#running = undefined
  }

  #nextGroup(): Waiting[] {
    let bytes = 0
    const tooMany = this.#waiting.findIndex(({ frame }, index) => {
      bytes += frame.length
      return index > 0 && bytes > this.#maxBytes
    })
    return this.#waiting.splice(0, tooMany === -1 ? this.#waiting.length : tooMany)
  }
}
