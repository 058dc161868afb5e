import { z } from 'zod'
import type { JournalEntry } from '../../../core/adapters/journal/journal-entry.ts'
import type { Key } from '../../../core/key.ts'
import type { PendingJob } from './job-undo.ts'
import { UndoOrder } from './undo-order.ts'

const schema = z.object({
  title: z.string(),
  kind: z.string().optional(),
  data: z.unknown().optional(),
  /** It changed nothing, so there is nothing to undo. */
  isEmpty: z.boolean().optional(),
})

/** What a journal keeps of a job, as the note of its entry. */
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

/** Keys of which it is known which entry was the latest. */
const MAX_LATEST = 1000

/** What is known of the entries of a journal without reading it: their order, the jobs, and the latest of each key. */
export class RecordedEntries {
  readonly order = new UndoOrder()
  /** The latest entry about a key that can be undone. */
  readonly #latest = new Map<string, number>()
  /** Jobs on record, with the data that their kinds need. */
  readonly #jobs = new Map<number, JobNote>()
  /** Jobs that have not ended. */
  readonly #pending = new Map<number, JobNote>()

  /** The entry to take back the latest write of a key, where it can be. */
  latestOf(key: Key): number | undefined {
    return this.#latest.get(key.toString())
  }

  /** Jobs of a kind that a killed process left without an end. */
  pendingOf(kind: string): PendingJob[] {
    return [...this.#pending].flatMap(([entry, note]) => (note.kind === kind ? [{ ...note, entry }] : []))
  }

  /** The note of a job that has not ended. */
  pendingNote(entry: number): JobNote | undefined {
    return this.#pending.get(entry)
  }

  /** Forgets entries that the log has dropped. @returns The jobs among them. */
  forgetBefore(oldest: number): JobNote[] {
    this.order.forgetBefore(oldest)
    const gone = [...this.#jobs].filter(([sequence]) => sequence < oldest)
    for (const [sequence] of gone) this.#jobs.delete(sequence)
    return gone.map(([, note]) => note)
  }

  /** Forgets all entries. @returns The jobs among them. */
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
      // Its writes are on record one by one, so what was made of it can be taken back.
      if (!entry.isPending || note.kind === undefined) this.noteJob(sequence, time, note)
      return
    }
    if (group !== undefined) return
    if (changes.length === 0) {
      // The undo of a job, which counts once it has ended.
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

  /** Takes in a job that has ended, or whose writes are on record one by one. */
  noteJob(sequence: number, time: number, note: JobNote): void {
    this.#pending.delete(sequence)
    this.#jobs.set(sequence, note)
    if (note.isEmpty === true) this.order.pass(sequence)
    else this.order.add({ sequence, action: 'job', title: note.title, time })
  }
}
