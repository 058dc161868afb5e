import { tell } from '../../concurrency/emitter.ts'
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

/** What a recorder is told besides what to record. */
interface WriteRecorderOptions {
  /** Milliseconds since 1970; default `Date.now`. */
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
  /** The entry that is taken back or made again. */
  readonly of?: number | undefined
  /** The job that it is a part of. */
  readonly group?: number | undefined
  /** A write that succeeds may have changed nothing, so its outcome is looked up. */
  readonly mayChangeNothing?: boolean | undefined
}

/** A write that is on record and being made. */
export interface RecordedWrite {
  readonly sequence: number
  readonly intent: Intent
  /** How many of its changes are made. */
  made: number
}

/** Puts a write on record before it is made, and its outcome after. */
export class WriteRecorder {
  readonly #entries: EntryLog
  readonly #options: WriteRecorderOptions
  /** Outcomes on their way into the log. */
  readonly #marking = new Set<Promise<void>>()

  constructor(entries: EntryLog, options: WriteRecorderOptions) {
    this.#entries = entries
    this.#options = options
  }

  /**
   * @param work Makes the changes in their order; it answers with a refusal, or throws, where it did not. It is not
   * called when the log fails to take the record.
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

  /** Records what is about to begin that consists of other writes, and gives its sequence number. */
  async begin(action: JournalAction, note: string | undefined, of?: number): Promise<number> {
    const { sequence, intent } = await this.#append({ action, changes: [], note, of })
    tell(this.#options.onEntry, entryOf(sequence, intent, []))
    return sequence
  }

  /** Records the outcomes that the log failed to take before. */
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
      const looks = changes.map(change => outcomeNow(store, change, call.uncancelled))
      return this.#markFound(write, looks)
    }
    this.#mark(
      write,
      changes.map((): Outcome => 'made'),
    )
  }

  async #markFailed(write: RecordedWrite, intended: IntendedWrite, wasRefused: boolean): Promise<void> {
    const { action, changes } = intended
    const known = action !== 'rename' && wasRefused ? outcomesOfRefused(changes, write.made) : []
    const looks = changes.map(async (change, index) => known[index] ?? look(change, intended, wasRefused))
    await this.#markFound(write, looks)
  }

  async #markFound(write: RecordedWrite, looks: readonly Promise<Outcome>[]): Promise<void> {
    const found = await Promise.allSettled(looks)
    // A store that does not answer now is asked when the journal opens next; until then the entry is pending.
    if (found.some(result => result.status === 'rejected')) return
    const outcomes = found.map(result => (result.status === 'fulfilled' ? result.value : 'unknown'))
    this.#mark(write, outcomes)
  }

  #mark({ sequence, intent }: RecordedWrite, outcomes: readonly Outcome[]): void {
    this.#record(sequence, outcomes)
    const entry = entryOf(sequence, intent, outcomes)
    if (entry.changes.length > 0) tell(this.#options.onEntry, entry)
  }

  /** Nobody waits for it: a process that is killed before finds the outcome out when the journal opens next. */
  #record(sequence: number, outcomes: readonly Outcome[]): void {
    const marking = this.#entries
      .mark(sequence, outcomes)
      // The write is done and on record. Where `settle` fails too, its outcome is found out when the journal opens next.
      .catch((error: unknown) => tell(this.#options.onMarkError, error, sequence))
      .finally(() => this.#marking.delete(marking))
    this.#marking.add(marking)
  }
}

/** An entry as it is read back later. */
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

async function look(
  change: IntendedChange,
  { store, call }: IntendedWrite,
  wasRefused: boolean,
): Promise<Outcome> {
  const outcome = await outcomeNow(store, change, call.uncancelled)
  // What is refused may have been done by an attempt before it, as below a `retry`, or by somebody else.
  return outcome === 'made' && wasRefused ? 'unknown' : outcome
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
