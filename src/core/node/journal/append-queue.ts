/** A frame that waits to be appended. */
interface Waiting {
  readonly frame: Buffer
  readonly isIntent: boolean
  resolve(number: number): void
  reject(error: unknown): void
}

/** Appends frames in order. @returns The number of the first. */
export type WriteFrames = (frames: readonly Buffer[], hasIntent: boolean) => Promise<number>

/** Milliseconds for which frames that no write waits for are held back, so that they go with the next intent. */
const LATER = 20

/** Appends frames in call order. Frames that arrive during an append are appended together afterwards. */
export class AppendQueue {
  readonly #write: WriteFrames
  readonly #maxBytes: number
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** The frame that came last. */
  #latest: Promise<number> | undefined

  /** @param maxBytes Bytes that are written together at the most, where it is more than one frame. */
  constructor(write: WriteFrames, maxBytes: number) {
    this.#write = write
    this.#maxBytes = maxBytes
  }

  /** @returns The number of the frame, once it is appended. Rejects if its append fails. */
  append(frame: Buffer, isIntent: boolean): Promise<number> {
    const written = new Promise<number>((resolve, reject) => {
      this.#waiting.push({ frame, isIntent, resolve, reject })
      if (isIntent) this.#begin()
      else if (this.#running === undefined) this.#timer ??= setTimeout(() => this.#begin(), LATER)
    })
    this.#latest = written
    return written
  }

  /** Resolves once every frame that waits now has been appended or has failed. */
  async flush(): Promise<void> {
    if (this.#waiting.length > 0) this.#begin()
    await this.#latest?.catch(() => undefined)
  }

  #begin(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#running ??= this.#writeAll()
  }

  /** Resolves once no frame waits. */
  async idle(): Promise<void> {
    if (this.#waiting.length > 0) this.#begin()
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
    // Set together with the check for waiting frames, so that a later frame starts a new round.
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
