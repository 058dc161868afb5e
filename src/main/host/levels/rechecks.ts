import type { BinaryDatastore } from '../../../core/datastore.ts'
import { isNotFound } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import type { RowPatch } from './level-rows.ts'

/** Keys looked at by the store at once. */
const WIDTH = 8

export interface RecheckOptions {
  readonly store: BinaryDatastore
  readonly closing: AbortSignal
  readonly apply: (key: Key, row: Required<RowPatch>) => void
  /** Told when a key cannot be looked at. */
  readonly fail: (key: Key, error: unknown) => void
}

/** Asks the store what became of keys when a change alone does not say it: is a branch empty now, how large is a value. */
export class Rechecks {
  readonly #options: RecheckOptions
  readonly #due = new Map<string, Key>()
  readonly #running = new Map<string, { isStale: boolean }>()

  constructor(options: RecheckOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#due.size + this.#running.size
  }

  request(key: Key): void {
    const running = this.#running.get(key.toString())
    if (running === undefined) this.#due.set(key.toString(), key)
    else running.isStale = true
    this.#runMore()
  }

  /** What is being found out about `key` and the keys above it may be outdated by a write. */
  noteWrite(key: Key): void {
    if (this.#running.size === 0) return
    for (let above = key; !above.isRoot; above = above.parent) {
      const running = this.#running.get(above.toString())
      if (running !== undefined) running.isStale = true
    }
  }

  /** What is being found out is outdated: begins with it anew. */
  restart(): void {
    for (const running of this.#running.values()) running.isStale = true
  }

  #runMore(): void {
    for (const [text, key] of this.#due) {
      if (this.#running.size >= WIDTH) return
      this.#due.delete(text)
      void this.#run(key)
    }
  }

  async #run(key: Key): Promise<void> {
    const { apply, fail, closing } = this.#options
    const text = key.toString()
    const check = { isStale: false }
    this.#running.set(text, check)
    try {
      const row = await this.#look(key)
      if (!check.isStale) apply(key, row)
    } catch (error) {
      if (!closing.aborted) fail(key, error)
    }
    this.#running.delete(text)
    if (check.isStale) this.#due.set(text, key)
    this.#runMore()
  }

  async #look(key: Key): Promise<Required<RowPatch>> {
    const { store, closing: signal } = this.#options
    const [page, stat] = await Promise.all([
      store.list(key, { limit: 1, signal }),
      store.stat(key, { signal }).catch((error: unknown) => {
        if (isNotFound(error)) return undefined
        throw error
      }),
    ])
    return { isBranch: page.children.length > 0, isValue: stat !== undefined, size: stat?.size ?? Number.NaN }
  }
}
