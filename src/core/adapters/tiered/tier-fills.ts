import type { Key } from '../../key.ts'
import type { Maybe } from '../../open/call.ts'
import type { ByteStream } from '../../open/store.ts'

/**
 * The copies that reads make into upper tiers, in the background if they take time. A copy never overtakes a write: a
 * write waits for a running copy of its key, and a stream that was open while its key was written makes no copy.
 */
export class TierFills {
  readonly #running = new Map<string, Promise<void>>()
  readonly #streams = new Set<FillingStream>()

  /** Makes a copy, unless one of the key is in progress. `copy` must not fail. */
  start(key: Key, copy: () => Maybe<unknown>): void {
    const text = key.toString()
    if (this.#running.has(text)) return
    const copying = copy()
    if (!(copying instanceof Promise)) return
    const run = copying.then(
      () => void this.#running.delete(text),
      () => void this.#running.delete(text),
    )
    this.#running.set(text, run)
  }

  /** The same stream, which makes a copy once it has been read to its end. */
  afterStream(key: Key, chunks: ByteStream, copy: () => Promise<unknown>): ByteStream {
    const stream = new FillingStream(key.toString(), chunks, isWhole => {
      this.#streams.delete(stream)
      if (isWhole && !stream.isStale) this.start(key, copy)
    })
    this.#streams.add(stream)
    return stream
  }

  /** @returns The copy of the key that is in progress. */
  beforeWrite(key: Key): Promise<void> | undefined {
    if (this.#streams.size > 0) {
      const text = key.toString()
      for (const stream of this.#streams) if (stream.text === text) stream.isStale = true
    }
    return this.#running.size === 0 ? undefined : this.#running.get(key.toString())
  }

  /** Resolves once the copies that are in progress now have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#running.values())
  }
}

/** A stream of a value that reports whether it was read to its end. */
class FillingStream implements AsyncIterableIterator<Uint8Array> {
  readonly text: string
  /** Whether its key was written while it was open. */
  isStale = false
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  readonly #ended: (isWhole: boolean) => void
  #hasEnded = false

  constructor(text: string, chunks: ByteStream, ended: (isWhole: boolean) => void) {
    this.text = text
    this.#chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
    this.#ended = ended
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const step = await this.#chunks.next()
      if (step.done === true) this.#end(true)
      return step
    } catch (error) {
      this.#end(false)
      throw error
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#end(false)
    await this.#chunks.return?.()
    return { done: true, value: undefined }
  }

  #end(isWhole: boolean): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#ended(isWhole)
  }
}
