import { DatastoreError } from '../../errors.ts'
import {
  decodeRecord,
  encodeIntent,
  encodeMark,
  type Intent,
  type JournalChange,
  type JournalEntriesOptions,
  type JournalEntry,
  type Mark,
  type Outcome,
} from './journal-entry.ts'
import type { JournalLog } from './journal-log.ts'

/** An intent, and whether its outcome is recorded. */
export interface RecordedIntent {
  readonly sequence: number
  readonly intent: Intent
  readonly isSettled: boolean
}

/** The entries of a log: each is an intent, followed later by a mark with its outcome. */
export class EntryLog {
  readonly #log: JournalLog
  /** Intents without a mark. */
  readonly #pending = new Set<number>()
  /** Notes of jobs that have ended. */
  readonly #notes = new Map<number, string>()
  /** Outcomes of entries of which not every change was made. They are rare, so memory does not grow with the log. */
  readonly #exceptions = new Map<number, readonly Outcome[]>()
  /** Outcomes that could not be written to the log. */
  readonly #unrecorded = new Map<number, readonly Outcome[]>()

  private constructor(log: JournalLog) {
    this.#log = log
  }

  /** Reads a whole log, once. */
  static async open(log: JournalLog): Promise<EntryLog> {
    const entries = new EntryLog(log)
    for await (const { number, bytes } of log.read()) {
      const record = decodeRecord(number, bytes)
      if (record.type === 'intent') entries.#pending.add(number)
      else entries.#settle(record)
    }
    return entries
  }

  /** All intents in order, beginning with the first one without a mark; none if each has a mark. */
  async *fromFirstUnsettled(): AsyncIterable<RecordedIntent> {
    const [first] = this.#pending
    if (first === undefined) return
    for await (const { number, bytes } of this.#log.read({ from: first })) {
      const intent = decodeRecord(number, bytes)
      if (intent.type === 'intent') yield { sequence: number, intent, isSettled: !this.#pending.has(number) }
    }
  }

  /** Records what a write is about to do. @returns Its sequence number. */
  async append(intent: Intent): Promise<number> {
    const sequence = await this.#log.append(encodeIntent(intent), true)
    this.#pending.add(sequence)
    return sequence
  }

  /** Records the outcome of a write. It is known here even if writing it to the log fails. */
  async mark(sequence: number, outcomes: readonly Outcome[], note?: string): Promise<void> {
    const mark: Mark = { type: 'mark', of: sequence, outcomes, note }
    this.#settle(mark)
    try {
      await this.#log.append(encodeMark(mark), false)
      this.#unrecorded.delete(sequence)
    } catch (error) {
      this.#unrecorded.set(sequence, outcomes)
      this.#dropOld(this.#unrecorded)
      throw error
    }
  }

  /** Outcomes that could not be written to the log, by sequence number. */
  get unrecorded(): ReadonlyMap<number, readonly Outcome[]> {
    return this.#unrecorded
  }

  /** @throws DatastoreError `NOT_FOUND` for an entry that was dropped from the log, or whose write was refused. */
  async find(action: string, sequence: number): Promise<JournalEntry> {
    for await (const entry of this.read({ after: sequence - 1, limit: 1 })) {
      if (entry.sequence === sequence) return entry
    }
    throw new DatastoreError(
      'NOT_FOUND',
      `Cannot ${action} entry ${sequence}: the journal has no such entry, or has it no more`,
    )
  }

  async *read({ after, limit, reverse = false }: JournalEntriesOptions = {}): AsyncIterable<JournalEntry> {
    if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 0))
      throw new RangeError(`A journal cannot be read for ${limit} entries`)
    let left = limit ?? Number.POSITIVE_INFINITY
    if (left === 0) return
    const from = after === undefined ? undefined : after + (reverse ? -1 : 1)
    for await (const { number, bytes } of this.#log.read({ from, reverse })) {
      const record = decodeRecord(number, bytes)
      if (record.type === 'mark') continue
      const changes = this.#changesOf(number, record)
      if (changes.length === 0 && record.changes.length > 0) continue
      const { time, action, of, group, arrangement } = record
      const note = this.#notes.get(number) ?? record.note
      yield {
        sequence: number,
        time,
        action,
        ...(of !== undefined && { of }),
        ...(group !== undefined && { group }),
        ...(arrangement !== undefined && { arrangement }),
        ...(note !== undefined && { note }),
        isPending: this.#pending.has(number),
        changes,
      }
      left--
      if (left === 0) return
    }
  }

  /** The changes of an intent, except those that were not made. */
  #changesOf(sequence: number, { changes }: Intent): JournalChange[] {
    const isPending = this.#pending.has(sequence)
    const outcomes = this.#exceptions.get(sequence)
    return changes.flatMap(({ key, before, after }, index) => {
      const state = isPending ? 'pending' : (outcomes?.[index] ?? 'made')
      return state === 'not-made' ? [] : [{ key, before, after, state }]
    })
  }

  #settle({ of, outcomes, note }: Mark): void {
    this.#pending.delete(of)
    if (note !== undefined) {
      this.#notes.set(of, note)
      this.#dropOld(this.#notes)
    }
    if (outcomes.every(outcome => outcome === 'made')) return
    this.#exceptions.set(of, outcomes)
    this.#dropOld(this.#exceptions)
  }

  /** Forgets the outcomes of entries that the log has dropped. */
  #dropOld(kept: Map<number, unknown>): void {
    for (const old of kept.keys()) {
      if (old >= this.#log.oldest) break
      kept.delete(old)
    }
  }
}
