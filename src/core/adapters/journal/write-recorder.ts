import { callListener } from '../../concurrency/emitter.ts'
import { DatastoreError, failure, isRefused, reason, reasonOf } from '../../errors.ts'
import type { Call, Maybe } from '../../open/call.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { refusedOf } from '../../open/refusals.ts'
import type { EntryLog } from './entry-log.ts'
import { outcomeNow } from './held-value.ts'
import type {
  IntendedChange,
  Intent,
  JournalAction,
  JournalChange,
  JournalEntry,
  Outcome,
} from './journal-entry.ts'

/** The options of a recorder. */
interface WriteRecorderOptions {
  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
  readonly arrangement?: (() => string) | undefined
  readonly onEntry?: ((entry: JournalEntry) => void) | undefined
  readonly onMarkError?: ((error: unknown, sequence: number) => void) | undefined
}

/** A write that is to be recorded and made. */
export interface IntendedWrite {
  /** Where it is made. */
  readonly store: OpenStore
  readonly action: JournalAction
  readonly changes: readonly IntendedChange[]
  readonly call: Call
  /** The entry that is undone or redone. */
  readonly of?: number | undefined
  /** The job that it belongs to. */
  readonly group?: number | undefined
  /** Whether a successful write may have changed nothing, so that its outcome has to be looked up. */
  readonly mayChangeNothing?: boolean | undefined
}

/** A write that is recorded and in progress. */
export interface RecordedWrite {
  readonly sequence: number
  readonly intent: Intent
  /** The number of its changes that are made. */
  made: number
}

/** Records each write before it is made, and its outcome afterwards. */
export class WriteRecorder {
  readonly #entries: EntryLog
  readonly #options: WriteRecorderOptions
  /** Outcomes that are being written to the log. */
  readonly #marking = new Set<Promise<void>>()

  constructor(entries: EntryLog, options: WriteRecorderOptions) {
    this.#entries = entries
    this.#options = options
  }

  /**
   * @param work Makes the changes in order, and returns a refusal or throws at the first one that it could not make. Not
   * called if the record cannot be written.
   */
  async around<T>(intended: IntendedWrite, work: (write: RecordedWrite) => Maybe<T>): Promise<T> {
    const write: RecordedWrite = { ...(await this.#append(intended)), made: 0 }
    let answer: T
    try {
      answer = await work(write)
    } catch (error) {
      await this.#markFailed(write, intended, isRefused(error))
      throw error
    }
    if (refusedOf(answer) !== undefined) await this.#markFailed(write, intended, true)
    else await this.#markSucceeded(write, intended)
    return answer
  }

  /** Records the beginning of something that consists of several writes. @returns Its sequence number. */
  async begin(action: JournalAction, note: string | undefined, of?: number): Promise<number> {
    const { sequence, intent } = await this.#append({ action, changes: [], note, of })
    callListener(this.#options.onEntry, entryOf(sequence, intent, []))
    return sequence
  }

  /** Records outcomes that could not be written to the log before. */
  async settle(): Promise<void> {
    await Promise.all(this.#marking)
    for (const [sequence, outcomes] of this.#entries.unrecorded) this.#record(sequence, outcomes)
    await Promise.all(this.#marking)
  }

  async #append({
    action,
    changes,
    of,
    group,
    note,
  }: Pick<IntendedWrite, 'action' | 'changes' | 'of' | 'group'> & { readonly note?: string | undefined }) {
    const { now = Date.now, arrangement } = this.#options
    const intent: Intent = {
      type: 'intent',
      time: now(),
      action,
      of,
      group,
      arrangement: arrangement?.(),
      note,
      changes,
    }
    try {
      return { sequence: await this.#entries.append(intent), intent }
    } catch (error) {
      const code = error instanceof DatastoreError ? error.code : 'IO'
      const state = reason`the journal did not take it (${reasonOf(error)})`
      throw failure(code, action, changes[0]?.key, state, error)
    }
  }

  async #markSucceeded(write: RecordedWrite, intended: IntendedWrite): Promise<void> {
    const { store, changes, call, mayChangeNothing = false } = intended
    if (mayChangeNothing) {
      const pending = changes.map(change => outcomeNow(store, change, call.uncancelled))
      return this.#markFound(write, pending)
    }
    this.#mark(
      write,
      changes.map((): Outcome => 'made'),
    )
  }

  async #markFailed(write: RecordedWrite, intended: IntendedWrite, wasRefused: boolean): Promise<void> {
    const { action, changes } = intended
    const known = action !== 'rename' && wasRefused ? outcomesOfRefused(changes, write.made) : []
    const pending = changes.map(
      async (change, index) => known[index] ?? currentOutcome(change, intended, wasRefused),
    )
    await this.#markFound(write, pending)
  }

  async #markFound(write: RecordedWrite, pending: readonly Promise<Outcome>[]): Promise<void> {
    const found = await Promise.allSettled(pending)
    // If the store does not answer, the entry stays pending until the journal is opened again.
    if (found.some(result => result.status === 'rejected')) return
    const outcomes = found.map(result => (result.status === 'fulfilled' ? result.value : 'unknown'))
    this.#mark(write, outcomes)
  }

  #mark({ sequence, intent }: RecordedWrite, outcomes: readonly Outcome[]): void {
    this.#record(sequence, outcomes)
    const entry = entryOf(sequence, intent, outcomes)
    if (entry.changes.length > 0) callListener(this.#options.onEntry, entry)
  }

  /** Not awaited: after a kill, the outcome is determined when the journal is opened again. */
  #record(sequence: number, outcomes: readonly Outcome[]): void {
    const marking = this.#entries
      .mark(sequence, outcomes)
      // The write is made and recorded. If `settle` fails too, its outcome is determined when the journal is opened again.
      .catch((error: unknown) => callListener(this.#options.onMarkError, error, sequence))
      .finally(() => this.#marking.delete(marking))
    this.#marking.add(marking)
  }
}

/** The entry as a later read of the journal returns it. */
function entryOf(sequence: number, intent: Intent, outcomes: readonly Outcome[]): JournalEntry {
  const { time, action, of, group, arrangement, note, changes } = intent
  const rest = { time, action, of, group, arrangement, note }
  const made = changes.flatMap(({ key, before, after }, index): JournalChange[] => {
    const state = outcomes[index] ?? 'pending'
    return state === 'not-made' ? [] : [{ key, before, after, state }]
  })
  return {
    ...rest,
    sequence,
    isPending: outcomes.length < changes.length || changes.length === 0,
    changes: made,
  }
}

async function currentOutcome(
  change: IntendedChange,
  { store, call }: IntendedWrite,
  wasRefused: boolean,
): Promise<Outcome> {
  const outcome = await outcomeNow(store, change, call.uncancelled)
  // An earlier attempt, for example below a `retry`, or another writer may have made the change that is refused now.
  return outcome === 'made' && wasRefused ? 'unknown' : outcome
}

/**
 * The outcomes of changes that were made one by one until one was refused: a refused put changed nothing, a refused
 * delete has to be looked up, and the changes after it were not begun.
 */
function outcomesOfRefused(
  changes: readonly IntendedChange[],
  made: number,
): readonly (Outcome | undefined)[] {
  return changes.map(({ after }, index) => {
    if (index < made) return 'made'
    return index > made || after !== 'absent' ? 'not-made' : undefined
  })
}
