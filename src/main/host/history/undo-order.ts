import type { JournalAction } from '../../../core/adapters/journal/journal-entry.ts'

/** Entries of which the order is known; older ones are in the history of their keys alone. */
const MAX_ENTRIES = 1000

/** What the order needs to know of an entry that has ended. */
export interface OrderedEntry {
  readonly sequence: number
  readonly action: JournalAction
  /** The entry that an `undo` or a `redo` was of. */
  readonly of?: number | undefined
  /** What was done, after "Undo": `put of "/a"`. */
  readonly title: string
  /** The text of the only key that it is about, if there is only one. */
  readonly key?: string | undefined
  readonly time: number
}

/** Which entry the next undo takes back, and the next redo makes again. Made of the entries in their order. */
export class UndoOrder {
  readonly #entries = new Map<number, OrderedEntry>()
  #done: number[] = []
  #undone: number[] = []

  get undo(): OrderedEntry | undefined {
    return this.#entries.get(this.#done.at(-1) ?? Number.NaN)
  }

  get redo(): OrderedEntry | undefined {
    return this.#entries.get(this.#undone.at(-1) ?? Number.NaN)
  }

  find(sequence: number): OrderedEntry | undefined {
    return this.#entries.get(sequence)
  }

  /** A write begins a new order: what was undone before it is not made again. */
  add(entry: OrderedEntry): void {
    const { sequence, action, of } = entry
    if (action === 'undo' || action === 'redo') {
      if (of === undefined || !this.#entries.has(of)) return
      this.pass(of)
      const to = action === 'undo' ? this.#undone : this.#done
      to.push(of)
      return
    }
    this.#entries.set(sequence, entry)
    this.#done.push(sequence)
    for (const undone of this.#undone.splice(0)) this.#entries.delete(undone)
    while (this.#done.length > MAX_ENTRIES) this.#entries.delete(this.#done.shift() as number)
  }

  /** The next undo and the next redo leave this entry out. */
  pass(sequence: number): void {
    this.#done = this.#done.filter(one => one !== sequence)
    this.#undone = this.#undone.filter(one => one !== sequence)
  }

  /** Forgets entries that the log has no more. */
  forgetBefore(oldest: number): void {
    for (const sequence of this.#entries.keys()) {
      if (sequence >= oldest) return
      this.#entries.delete(sequence)
      this.pass(sequence)
    }
  }

  clear(): void {
    this.#entries.clear()
    this.#done = []
    this.#undone = []
  }
}
