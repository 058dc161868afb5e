import type { BinaryDatastore } from '../../../core/datastore.ts'

/** What a job does, for its one entry in the history of a session. */
export interface JobEntry {
  /** What was done, after "Undo": `move of 1,201 keys to /archive`. */
  readonly title: string
  /** Names the `JobUndo` that takes it back; absent where the writes of the job are recorded one by one. */
  readonly kind?: string | undefined
  /** What that `JobUndo` needs; plain JSON, at most some kilobytes. */
  readonly data?: unknown
}

/** A job that is on record and runs. */
export interface BegunJob {
  /** Names the entry; `undefined` where nothing is recorded. */
  readonly entry: number | undefined
  /**
   * Where the job makes its changes, past no lock. Without a `kind`, each write is recorded as a part of the entry. With
   * one, nothing else is recorded, so what undo needs must be kept before each change.
   */
  readonly store: BinaryDatastore
  /**
   * The job has ended, also where it failed or was cancelled half-way: what it did can be undone from now on.
   * @param changes What the entry says now, in place of what it began with.
   */
  end(changes?: Partial<JobEntry> & { readonly isEmpty?: boolean | undefined }): Promise<void>
}

/** What an undo or a redo of a job works with. */
export interface UndoRun {
  /** Below the lock of the session; what is written here is recorded nowhere else. */
  readonly store: BinaryDatastore
  readonly signal: AbortSignal
  /** One more key was handled. */
  readonly handled: () => void
  /** So many keys are to handle in all. */
  readonly expect: (total: number) => void
}

/** What an undo left as it was, because somebody else had changed it. */
export interface Undone {
  /** Keys that were given back what they held. */
  readonly done: number
  /** Keys that stay, because they were changed since. */
  readonly skipped: number
  /** Some of those, for people. */
  readonly examples: readonly string[]
}

/**
 * How jobs of one kind are taken back and made again. Jobs plug in here: give it in `HostParts.jobUndos`
 * (`host.ts`), and begin each job with `session.history.begin({ title, kind, data })`.
 */
export interface JobUndo {
  readonly kind: string
  /**
   * Takes back what the job did, and never what somebody else changed since. It is called again after a kill in the
   * middle of it, so what was taken back already is no failure.
   * @throws DatastoreError `CONFLICT` where nothing can be taken back; then nothing was changed.
   */
  undo(data: unknown, run: UndoRun): Promise<Undone>
  redo(data: unknown, run: UndoRun): Promise<Undone>
  /**
   * Told of the `data` of entries that the history of a session has no more: as they gave room to later ones, or as it
   * was cleared. What a job keeps for them may be removed.
   */
  forget?(data: readonly unknown[], session: string): Promise<void>
}

/** A job that a killed process left without an end. Its job goes on with it, or ends the entry. */
export interface PendingJob extends JobEntry {
  readonly entry: number
}
