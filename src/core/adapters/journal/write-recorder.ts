import { tell } from '../../concurrency/emitter.ts'
import { DatastoreError, failure, isRefused, reason, reasonOf } from '../../errors.ts'
import type { Call, Maybe } from '../../open/call.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { refusedOf } from '../../open/refusals.ts'
import type { EntryLog } from './entry-log.ts'
import { outcomeNow } from './held-value.ts'
import type { IntendedChange, JournalAction, Outcome } from './journal-entry.ts'

/** What a recorder is told besides what to record. */
interface WriteRecorderOptions {
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: (() => number) | undefined
  readonly onMarkError?: ((error: unknown, sequence: number) => void) | undefined
}

/** A write that is to be recorded and made. */
interface IntendedWrite {
  /** Where it is made. */
  readonly store: OpenStore
  readonly action: JournalAction
  readonly changes: readonly IntendedChange[]
  readonly call: Call
  /** The entry that is taken back or made again. */
  readonly of?: number | undefined
  /** A write that succeeds may have changed nothing, so its outcome is looked up. */
  readonly mayChangeNothing?: boolean | undefined
}

/** A write that is on record and being made. */
interface RecordedWrite {
  readonly sequence: number
  /** How many of its changes are made. */
  made: number
}

/** Puts a write on record before it is made, and its outcome after. */
export class WriteRecorder {
  readonly #entries: EntryLog
  readonly #options: WriteRecorderOptions

  constructor(entries: EntryLog, options: WriteRecorderOptions) {
    this.#entries = entries
    this.#options = options
  }

  /**
   * @param work Makes the changes in their order; it answers with a refusal, or throws, where it did not. It is not
   * called when the log fails to take the record.
   */
  async around<T>(intended: IntendedWrite, work: (write: RecordedWrite) => Maybe<T>): Promise<T> {
    const write: RecordedWrite = { sequence: await this.#append(intended), made: 0 }
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

  /** Records the outcomes that the log failed to take before. */
  async settle(): Promise<void> {
    for (const [sequence, outcomes] of [...this.#entries.unrecorded]) await this.#mark(sequence, outcomes)
  }

  async #append({ action, changes, of }: IntendedWrite): Promise<number> {
    const { now = Date.now } = this.#options
    try {
      return await this.#entries.append({ type: 'intent', time: now(), action, of, changes })
    } catch (error) {
      const code = error instanceof DatastoreError ? error.code : 'IO'
      const state = reason`the journal did not take it (${reasonOf(error)})`
      throw failure(code, action, changes[0]?.key, state, error)
    }
  }

  async #markSucceeded({ sequence }: RecordedWrite, intended: IntendedWrite): Promise<void> {
    const { store, changes, call, mayChangeNothing = false } = intended
    if (mayChangeNothing) {
      const looks = changes.map(change => outcomeNow(store, change, call.uncancelled))
      return this.#markFound(sequence, looks)
    }
    const outcomes = changes.map((): Outcome => 'made')
    return this.#mark(sequence, outcomes)
  }

  async #markFailed(write: RecordedWrite, intended: IntendedWrite, wasRefused: boolean): Promise<void> {
    const { action, changes } = intended
    const known = action !== 'rename' && wasRefused ? outcomesOfRefused(changes, write.made) : []
    const looks = changes.map(async (change, index) => known[index] ?? look(change, intended, wasRefused))
    await this.#markFound(write.sequence, looks)
  }

  async #markFound(sequence: number, looks: readonly Promise<Outcome>[]): Promise<void> {
    const found = await Promise.allSettled(looks)
    // A store that does not answer now is asked when the journal opens next; until then the entry is pending.
    if (found.some(result => result.status === 'rejected')) return
    const outcomes = found.map(result => (result.status === 'fulfilled' ? result.value : 'unknown'))
    await this.#mark(sequence, outcomes)
  }

  async #mark(sequence: number, outcomes: readonly Outcome[]): Promise<void> {
    try {
      await this.#entries.mark(sequence, outcomes)
    } catch (error) {
      // The write is done and on record. Where `settle` fails too, its outcome is found out when the journal opens next.
      tell(this.#options.onMarkError, error, sequence)
    }
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
