import type { Batch, CallOptions } from '../datastore.ts'
import type { Key } from '../key.ts'

/** A batch of the store below that asks before it commits, so that it keeps the atomicity of the one below. */
export class GuardedBatch<V> implements Batch<V> {
  readonly #below: Batch<V>
  readonly #guard: (action: 'put' | 'delete', key: Key) => void
  readonly #operations: { readonly action: 'put' | 'delete'; readonly key: Key }[] = []

  /** @param guard Asked for each operation at the commit; what it throws refuses the whole batch. */
  constructor(below: Batch<V>, guard: (action: 'put' | 'delete', key: Key) => void) {
    this.#below = below
    this.#guard = guard
  }

  put(key: Key, value: V): this {
    this.#operations.push({ action: 'put', key })
    this.#below.put(key, value)
    return this
  }

  delete(key: Key): this {
    this.#operations.push({ action: 'delete', key })
    this.#below.delete(key)
    return this
  }

  async commit(options?: CallOptions): Promise<void> {
    const operations = [...this.#operations]
    for (const { action, key } of operations) this.#guard(action, key)
    await this.#below.commit(options)
    // After a failure the batch below still has some of them, so another commit asks for all of them again.
    this.#operations.splice(0, operations.length)
  }
}
