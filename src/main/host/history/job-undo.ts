import type { BinaryDatastore } from '../../../core/datastore.ts'

/** What the history of a session records of a job, in one entry. */
export interface JobEntry {
  /** What was done, after "Undo": `move of 1,201 keys to /archive`. */
  readonly title: string
  /** The `kind` of the `JobUndo` that undoes the job; absent if the writes of the job are recorded one by one. */
  readonly kind?: string | undefined
  /** What that `JobUndo` needs; plain JSON, at most some kilobytes. */
  readonly data?: unknown
}

/** A running job whose entry is recorded. */
export interface BegunJob {
  /** The number of the entry; `undefined` if nothing is recorded. */
  readonly entry: number | undefined
  /**
   * The store that the job writes to. The lock of the session applies. Without a `kind`, each write is recorded as a
   * part of the entry. With a `kind`, no write is recorded: the job must keep what its undo needs before each change.
   */
  readonly store: BinaryDatastore
  /**
   * Call when the job has ended, even if it failed or was cancelled half-way: what it did can be undone from now on.
   * @param changes New properties of the entry, which replace those it began with.
   */
  end(changes?: Partial<JobEntry> & { readonly isEmpty?: boolean | undefined }): Promise<void>
}

/** What an undo or a redo of a job works with. */
export interface UndoRun {
  /** Below the lock of the session; what is written here is recorded nowhere else. */
  readonly store: BinaryDatastore
  readonly signal: AbortSignal
  /** Call for each key that was handled. */
  readonly handled: () => void
  /** Call with the number of keys to handle in all. */
  readonly expect: (total: number) => void
}

/** The result of an undo or a redo: the keys that were restored, and those that others have changed since. */
export interface Undone {
  /** The number of keys whose state was restored. */
  readonly done: number
  /** The number of keys that were left unchanged, because others have changed them since. */
  readonly skipped: number
  /** Some of the skipped keys, for people. */
  readonly examples: readonly string[]
}

/**
 * How jobs of one kind are undone and redone. To add a kind, add its `JobUndo` to `jobUndos` in `host.ts`, and begin
 * each job with `session.history.begin({ title, kind, data })`.
 */
export interface JobUndo {
  readonly kind: string
  /**
   * Undoes what the job did, but nothing that others have changed since. After a kill in the middle it is called again,
   * so parts that are already undone must be accepted.
   * @throws DatastoreError `CONFLICT` if nothing can be undone. Then nothing was changed.
   */
  undo(data: unknown, run: UndoRun): Promise<Undone>
  redo(data: unknown, run: UndoRun): Promise<Undone>
  /**
   * Called with the `data` of entries that the history of a session no longer has, because they were evicted or the
   * history was cleared. What a job keeps for these entries may be removed.
   */
  forget?(data: readonly unknown[], session: string): Promise<void>
}

/** The entry of a job that a killed process did not end. The kind of job continues it, or ends the entry. */
export interface PendingJob extends JobEntry {
  readonly entry: number
}
