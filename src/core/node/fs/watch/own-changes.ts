import type { Key } from '../../../key.ts'
import type { Place } from '../layout.ts'

/** A write of a store to its folder. */
export interface OwnChange {
  readonly type: 'put' | 'delete'
  readonly key: Key
  readonly place: Pick<Place, 'folder' | 'name'>
}

/** Tells the watches on a folder what the stores of this process do there, without waiting for the system to. */
export class OwnChanges {
  readonly #listeners = new Set<(change: OwnChange) => void>()

  /** @returns A function that ends it. */
  listen(listener: (change: OwnChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(type: OwnChange['type'], key: Key, place: OwnChange['place']): void {
    if (this.#listeners.size === 0) return
    for (const listener of this.#listeners) listener({ type, key, place })
  }
}
