import { joinedChunks, ownCopy } from './bytes.ts'
import type { Batch, CallOptions, Datastore } from './datastore.ts'
import { throwIfAborted } from './errors.ts'
import type { Key } from './key.ts'

type Operation<V> =
  | { readonly type: 'put'; readonly key: Key; readonly value: V }
  | { readonly type: 'delete'; readonly key: Key }

/**
 * A batch for stores without one: nothing happens before `commit`, which then applies one operation after another. When
 * one fails the commit fails, and another commit goes on from there.
 */
export class OrderedBatch<V> implements Batch<V> {
  readonly #store: Datastore<V>
  readonly #operations: Operation<V>[] = []

  constructor(store: Datastore<V>) {
    this.#store = store
  }

  put(key: Key, value: V): this {
    // The caller may reuse its buffers before the commit.
    const isList = Array.isArray(value) && !this.#store.capabilities.objects
    const kept = isList ? (joinedChunks(value) as V) : ownCopy(value)
    this.#operations.push({ type: 'put', key, value: kept })
    return this
  }

  delete(key: Key): this {
    this.#operations.push({ type: 'delete', key })
    return this
  }

  async commit(options: CallOptions = {}): Promise<void> {
    throwIfAborted(options.signal, 'commit a batch')
    const operations = this.#operations.splice(0)
    let applied = 0
    try {
      for (; applied < operations.length; applied++) await this.#apply(operations[applied], options)
    } finally {
      // What failed, and what comes after it, is there for another commit.
      this.#operations.unshift(...operations.slice(applied))
    }
  }

  async #apply(operation: Operation<V> | undefined, options: CallOptions): Promise<void> {
    if (operation?.type === 'put') await this.#store.put(operation.key, operation.value, options)
    else if (operation?.type === 'delete')
      await this.#store.delete(operation.key, { ...options, missingOk: true })
  }
}
