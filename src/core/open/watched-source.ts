import type { ByteSource } from '../datastore.ts'

/** Chunks on their way into something else. How their source failed is remembered, for that may tell it otherwise. */
export class WatchedSource {
  readonly #source: ByteSource
  /** How the source failed, if it did. */
  failure: { readonly error: unknown } | undefined
  /** What has passed so far. */
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
