import type { BinaryDatastore } from '../../datastore.ts'
import { DatastoreError, failure, isRefused, reason, reasonOf } from '../../errors.ts'
import { tell } from '../../tell.ts'
import type { EntryLog } from './entry-log.ts'
import { outcomeNow } from './held-value.ts'
import type { JournalAction } from './journal-entry.ts'
import type { IntendedChange, Outcome } from './record-codec.ts'

/** What a recorder is told besides what to record. */
export interface WriteRecorderOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly onMarkError?: ((error: unknown, sequence: number) => void) | undefined
}

/** What is said of a write besides its changes. */
export interface WriteOptions {
  /** The entry that is taken back or made again. */
  readonly of?: number | undefined
  /** A write that succeeds may have changed nothing, so it is looked at before it is said to be made. */
  readonly mayChangeNothing?: boolean | undefined
}

/** A write that is on record and being made. */
export interface RecordedWrite {
  readonly sequence: number
  /** How many of its changes are made. */
  made: number
}

/** Puts a write on record before it is made, and what became of it after. */
export class WriteRecorder {
  readonly #store: BinaryDatastore
  readonly #entries: EntryLog
  readonly #options: WriteRecorderOptions

  constructor(store: BinaryDatastore, entries: EntryLog, options: WriteRecorderOptions) {
    this.#store = store
    this.#entries = entries
    this.#options = options
  }

  /**
   * @param work Makes the changes in their order. It is not called when the log does not take the record.
   */
  async around<T>(
    action: JournalAction,
    changes: readonly IntendedChange[],
    work: (write: RecordedWrite) => Promise<T>,
    { of, mayChangeNothing = false }: WriteOptions = {},
  ): Promise<T> {
    const sequence = await this.#append(action, changes, of)
    const write: RecordedWrite = { sequence, made: 0 }
    try {
      const result = await work(write)
      if (mayChangeNothing)
        await this.#markFound(
          sequence,
          changes.map(change => outcomeNow(this.#store, change)),
        )
      else
        await this.#mark(
          sequence,
          changes.map(() => 'made'),
        )
      return result
    } catch (error) {
      await this.#markFailed(write, action, changes, error)
      throw error
    }
  }

  async #append(action: JournalAction, changes: readonly IntendedChange[], of?: number): Promise<number> {
    try {
      return await this.#entries.append({ type: 'intent', time: this.#options.now(), action, of, changes })
    } catch (error) {
      const code = error instanceof DatastoreError ? error.code : 'IO'
      const state = reason`the journal did not take it (${reasonOf(error)})`
      throw failure(code, action, changes[0]?.key, state, error)
    }
  }

  async #markFailed(
    write: RecordedWrite,
    action: JournalAction,
    changes: readonly IntendedChange[],
    error: unknown,
  ): Promise<void> {
    const known = action !== 'rename' && isRefused(error) ? outcomesOfRefused(changes, write.made) : []
    await this.#markFound(
      write.sequence,
      changes.map(async (change, index) => known[index] ?? this.#look(change, error)),
    )
  }

  async #markFound(sequence: number, looks: readonly Promise<Outcome>[]): Promise<void> {
    const found = await Promise.allSettled(looks)
    // A store that does not answer now is asked when the journal opens next; until then the entry is pending.
    if (found.some(result => result.status === 'rejected')) return
    const outcomes = found.map(result => (result.status === 'fulfilled' ? result.value : 'unknown'))
    await this.#mark(sequence, outcomes)
  }

  async #look(change: IntendedChange, error: unknown): Promise<Outcome> {
    const outcome = await outcomeNow(this.#store, change)
    // What is refused may have been done by an attempt before it, as below a `retry`, or by somebody else.
    return outcome === 'made' && isRefused(error) ? 'unknown' : outcome
  }

  async #mark(sequence: number, outcomes: readonly Outcome[]): Promise<void> {
    try {
      await this.#entries.mark(sequence, outcomes)
    } catch (error) {
      // The write is done and on record: without its mark it is looked at again when the journal opens next.
      tell(this.#options.onMarkError, error, sequence)
    }
  }
}

/** Of changes made one by one, the first so many: a put that is refused did nothing, and what comes after it was not begun. */
function outcomesOfRefused(
  changes: readonly IntendedChange[],
  made: number,
): readonly (Outcome | undefined)[] {
  return changes.map(({ after }, index) => {
    if (index < made) return 'made'
    return index > made || after !== 'absent' ? 'not-made' : undefined
  })
}
