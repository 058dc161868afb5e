import type { Draft, DraftStore } from './draft-store.ts'

/** Milliseconds after an edit before the draft is written. */
const DELAY = 600

/** Writes the draft of one key a moment after each edit, and hands back what an earlier window left. */
export class DraftKeeper {
  readonly #store: DraftStore
  readonly #id: string
  #pending: (() => Omit<Draft, 'savedAt'>) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(store: DraftStore, id: string) {
    this.#store = store
    this.#id = id
  }

  read(): Draft | undefined {
    return this.#store.read(this.#id)
  }

  /** @param take Called when the draft is written, not before: making the bytes of a large text costs time. */
  note(take: () => Omit<Draft, 'savedAt'>): void {
    this.#pending = take
    this.#timer ??= setTimeout(() => this.flush(), DELAY)
  }

  /** Writes what is waiting. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const take = this.#pending
    this.#pending = undefined
    if (take !== undefined) this.#store.write(this.#id, { ...take(), savedAt: Date.now() })
  }

  /** Forgets the draft: it was put, or given up. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#pending = undefined
    this.#store.remove(this.#id)
  }
}
