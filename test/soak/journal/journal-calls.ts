import type { JournalEntry } from '../../../src/core/adapters/journal/journal-entry.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { collect } from '../../../src/testkit/suite.ts'
import type { Caller } from '../caller.ts'
import type { PossibleState } from '../model/possible-state.ts'
import { Verdict } from '../model/verdict.ts'
import { soon } from '../soon.ts'
import { judgeUndo, turnsOf, type Undone } from './judge-undo.ts'
import type { StackJournal } from './stack-journal.ts'

const ON_RECORD = 'an undo is recorded'

/** Undoes and redoes entries of journals, and checks the outcome. */
export class JournalCalls {
  readonly #caller: Caller
  readonly #state: PossibleState

  constructor(caller: Caller, state: PossibleState) {
    this.#caller = caller
    this.#state = state
  }

  async apply(
    journal: StackJournal,
    action: 'undo' | 'redo',
    entry: JournalEntry,
    isCalm: boolean,
  ): Promise<Undone> {
    const { isFaulty, log } = this.#caller
    const { signal, description } = this.#caller.chance(isCalm)
    const turns = turnsOf(action, entry)
    const outcome = await this.#call(journal, action, entry.sequence, signal)
    const what = turns.map(({ key, from, to }) => `${key} ${from} → ${to}`).join(', ')
    log.push(
      `${description}${action} ${entry.sequence} (${what}) → ${outcome.failed ?? outcome.made ?? 'nothing'}`,
    )
    judgeUndo(new Verdict(this.#state, this.#caller.excuses(signal, isFaulty)), turns, outcome)
    if (outcome.made !== undefined) {
      const own = await this.entry(journal, outcome.made)
      const isOnRecord = own.action === action && own.of === entry.sequence
      this.#hold(ON_RECORD, isOnRecord, () => `${own.action} of ${own.of}`)
    }
    return outcome
  }

  /** Requests an entry that does not exist. */
  async missing(journal: StackJournal, action: 'undo' | 'redo', sequence: number): Promise<void> {
    const { signal } = this.#caller.chance(false)
    const { failed } = await this.#call(journal, action, sequence, signal)
    const isRefused = failed === 'NOT_FOUND' || (failed === 'ABORTED' && signal?.aborted === true)
    this.#hold('an unrecorded entry is not undone', isRefused, () => `${sequence}: ${failed}`)
  }

  async #call(
    { store }: StackJournal,
    action: 'undo' | 'redo',
    sequence: number,
    signal: AbortSignal | undefined,
  ): Promise<Undone> {
    this.#caller.calls++
    try {
      const made = await soon(store[action](sequence, { signal }), `${action} ${sequence}`)
      return made === undefined ? {} : { made }
    } catch (error) {
      if (!(error instanceof DatastoreError)) throw error
      return { failed: error.code, message: error.message }
    }
  }

  /** The record of an undo. */
  async entry({ store }: StackJournal, sequence: number): Promise<JournalEntry> {
    const [entry] = await collect(store.entries({ after: sequence - 1, limit: 1 }))
    this.#hold(ON_RECORD, entry?.sequence === sequence, () => `there is no entry ${sequence}`)
    return entry as JournalEntry
  }

  #hold(invariant: string, isHeld: boolean, detail: () => string): void {
    this.#state.ledger.hold(invariant, isHeld, detail)
  }
}
