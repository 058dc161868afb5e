import { byteLengthOf } from '../../bytes.ts'
import type { Batch, CallOptions } from '../../datastore.ts'
import type { Key } from '../../key.ts'

/** A batch of the store below, so as atomic as that one, whose commit is made by the store that traces it. */
export class TracedBatch<V> implements Batch<V> {
  readonly #below: Batch<V>
  readonly #commit: (batch: Batch<V>, bytes: number | undefined, options?: CallOptions) => Promise<void>
  #bytes: number | undefined

  constructor(
    below: Batch<V>,
    commit: (batch: Batch<V>, bytes: number | undefined, options?: CallOptions) => Promise<void>,
  ) {
    this.#below = below
    this.#commit = commit
  }

  put(key: Key, value: V): this {
    this.#below.put(key, value)
    const bytes = byteLengthOf(value)
    if (bytes !== undefined) this.#bytes = (this.#bytes ?? 0) + bytes
    return this
  }

  delete(key: Key): this {
    this.#below.delete(key)
    return this
  }

  async commit(options?: CallOptions): Promise<void> {
    await this.#commit(this.#below, this.#bytes, options)
    this.#bytes = undefined
  }
}
