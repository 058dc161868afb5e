import type { ByteSource } from '../datastore.ts'

/**
 * Chunks that are passed to something else. The failure of their source is recorded, because the receiver may report
 * another one.
 */
export class WatchedSource {
  readonly #source: ByteSource
  /** The failure of the source, if it failed. */
  failure: { readonly error: unknown } | undefined
  /** Bytes that have passed so far. */
  bytes = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    try {
      for await (const chunk of this.#source) {
        this.bytes += chunk.length
        yield chunk
      }
    } catch (error) {
      this.failure = { error }
      throw error
    }
  }
}
