import { z } from 'zod'
import type { JournalEntry } from '../../../core/adapters/journal/journal-entry.ts'
import type { Key } from '../../../core/key.ts'
import type { PendingJob } from './job-undo.ts'
import { UndoOrder } from './undo-order.ts'

const schema = z.object({
  title: z.string(),
  kind: z.string().optional(),
  data: z.unknown().optional(),
  /** The job changed nothing, so there is nothing to undo. */
  isEmpty: z.boolean().optional(),
})

/** What a journal keeps about a job: JSON in the note of its entry. */
export type JobNote = z.infer<typeof schema>

/** `undefined` for an entry of another version of this program. */
export function jobNoteOf({ note }: { readonly note?: string | undefined }): JobNote | undefined {
  if (note === undefined) return undefined
  try {
    return schema.parse(JSON.parse(note))
  } catch {
    return undefined
  }
}

/** The maximum number of keys whose latest entry is remembered. */
const MAX_LATEST = 1000

/** What is kept in memory about the entries of a journal: their order, the jobs, and the latest entry of each key. */
export class RecordedEntries {
  readonly order = new UndoOrder()
  /** The latest entry of each key, if that entry can be undone. */
  readonly #latest = new Map<string, number>()
  /** Recorded jobs, with the data that their kinds need. */
  readonly #jobs = new Map<number, JobNote>()
  /** Jobs that have not ended. */
  readonly #pending = new Map<number, JobNote>()

  /** The entry that undoes the latest write of a key; `undefined` if that write cannot be undone. */
  latestOf(key: Key): number | undefined {
    return this.#latest.get(key.toString())
  }

  /** Jobs of a kind that a killed process did not end. */
  pendingOf(kind: string): PendingJob[] {
    return [...this.#pending].flatMap(([entry, note]) => (note.kind === kind ? [{ ...note, entry }] : []))
  }

  /** The note of a job that has not ended. */
  pendingNote(entry: number): JobNote | undefined {
    return this.#pending.get(entry)
  }

  /**
   * Forgets entries that the log has dropped.
   * @returns The jobs among them.
   */
  forgetBefore(oldest: number): JobNote[] {
    this.order.forgetBefore(oldest)
    const gone = [...this.#jobs].filter(([sequence]) => sequence < oldest)
    for (const [sequence] of gone) this.#jobs.delete(sequence)
    return gone.map(([, note]) => note)
  }

  /**
   * Forgets all entries.
   * @returns The jobs among them.
   */
  clear(): JobNote[] {
    const jobs = [...this.#jobs.values()]
    this.order.clear()
    this.#latest.clear()
    this.#jobs.clear()
    this.#pending.clear()
    return jobs
  }

  note(entry: JournalEntry): void {
    const { sequence, action, of, time, changes, group } = entry
    if (action === 'job') {
      const note = jobNoteOf(entry)
      if (note === undefined) return
      if (entry.isPending) this.#pending.set(sequence, note)
      // Without a kind its writes are recorded one by one, so even an unfinished job can be undone.
      if (!entry.isPending || note.kind === undefined) this.noteJob(sequence, time, note)
      return
    }
    if (group !== undefined) return
    if (changes.length === 0) {
      // An undo or redo of a job. It counts only once it has ended.
      const isDone = !entry.isPending && jobNoteOf(entry)?.isEmpty !== true
      if (isDone) this.order.add({ sequence, action, of, title: '', time })
      return
    }
    const canUndo = changes.every(({ before, after }) => before !== 'too-large' && after !== 'too-large')
    const [first, second] = changes.map(({ key }) => key.toString())
    if (first === undefined) return
    if (action === 'undo' || action === 'redo') {
      this.order.add({ sequence, action, of, title: '', time })
      return
    }
    this.#latest.delete(first)
    if (!canUndo) return
    const title = second === undefined ? `${action} of ${first}` : `${action} of ${first} to ${second}`
    this.order.add({ sequence, action, title, key: second ?? first, time })
    this.#latest.set(first, sequence)
    for (const oldest of this.#latest.keys()) {
      if (this.#latest.size <= MAX_LATEST) break
      this.#latest.delete(oldest)
    }
  }

  /** Adds a job that has ended, or whose writes are recorded one by one. */
  noteJob(sequence: number, time: number, note: JobNote): void {
    this.#pending.delete(sequence)
    this.#jobs.set(sequence, note)
    if (note.isEmpty === true) this.order.pass(sequence)
    else this.order.add({ sequence, action: 'job', title: note.title, time })
  }
}
