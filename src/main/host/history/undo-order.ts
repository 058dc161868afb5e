import type { JournalAction } from '../../../core/adapters/journal/journal-entry.ts'

/** The maximum number of entries that can be undone in order. Older ones are shown only as versions of their keys. */
const MAX_ENTRIES = 1000

/** What the order needs to know about an entry that has ended. */
export interface OrderedEntry {
  readonly sequence: number
  readonly action: JournalAction
  /** For an `undo` or a `redo`: the entry that it applied to. */
  readonly of?: number | undefined
  /** What was done, after "Undo": `put of "/a"`. */
  readonly title: string
  /** The text of the key that was changed, if it is only one. */
  readonly key?: string | undefined
  readonly time: number
}

/** Which entry the next undo and the next redo apply to. Entries are added in the order in which they were recorded. */
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

  /** Adds an entry. After a write or a job, what was undone before can no longer be redone. */
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

  /** Makes undo and redo skip this entry. */
  pass(sequence: number): void {
    this.#done = this.#done.filter(one => one !== sequence)
    this.#undone = this.#undone.filter(one => one !== sequence)
  }

  /** Forgets entries that the log no longer has. */
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
