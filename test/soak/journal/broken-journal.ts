import { z } from 'zod'
import { EntryLog } from '../../../src/core/adapters/journal/entry-log.ts'
import { JournalDatastore } from '../../../src/core/adapters/journal/journal.ts'
import type {
  JournalChange,
  JournalEntriesOptions,
  JournalEntry,
} from '../../../src/core/adapters/journal/journal-entry.ts'
import type { JournalLog, JournalRecord } from '../../../src/core/adapters/journal/journal-log.ts'
import { type JournalOptions, journalState } from '../../../src/core/adapters/journal/journal-store.ts'
import { memoryJournal } from '../../../src/core/adapters/journal/memory-journal.ts'
import type { BinaryDatastore, CallOptions } from '../../../src/core/datastore.ts'
import { hasCode, isRefused } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { openStoreOf } from '../../../src/core/open/datastore.ts'
import { defineKind, onlyChild } from '../../../src/core/stack/kind.ts'
import { remember } from './memory-journal-kind.ts'

/** Defects of a journal, and the invariant that detects each. */
export const JOURNAL_DEFECTS = {
  'leaves entries out': 'a record continues where the last one ended',
  'leaves out the latest entry': 'the record ends with the current values',
  'leaves a key out': 'every change is recorded',
  'reads differently backward': 'a record reads the same backward',
  'reports an undo without making it': 'a read gives a possible value',
  'changes another key too': 'a read gives a possible value',
  'undoes over changes of others': 'an undo has a possible result',
  'does not record what it undoes': 'an undo is recorded',
  'undoes a missing entry': 'an unrecorded entry is not undone',
  'loses records of its log': 'a log replayed forward gives the last state',
  'loses records backward': 'a log replayed backward gives the first state',
  'records half of a value': 'a record has whole values',
  'loses the moved value when it fails': 'an undo that fails loses nothing',
  'leaves entries out of pages backward': 'undoing everything gives the first state',
  'leaves entries out of pages': 'redoing everything gives the last state',
} as const
export type JournalDefect = keyof typeof JOURNAL_DEFECTS

/** A journal with a defect: it proves that the model would detect it. */
class BrokenJournal extends JournalDatastore {
  readonly #defect: JournalDefect
  readonly #store: BinaryDatastore

  constructor(defect: JournalDefect, store: BinaryDatastore, entries: EntryLog, options: JournalOptions) {
    super(openStoreOf(store), journalState(entries, options), options)
    this.#defect = defect
    this.#store = store
  }

  override async *entries(options: JournalEntriesOptions & CallOptions = {}): AsyncIterable<JournalEntry> {
    const all: JournalEntry[] = []
    for await (const entry of super.entries(options)) all.push(entry)
    const { after, limit, reverse = false } = options
    const isWhole = after === undefined && limit === undefined
    yield* isWhole ? this.#altered(all, reverse) : this.#alteredPage(all, reverse)
  }

  override async undo(sequence: number, options?: CallOptions): Promise<number | undefined> {
    const defect = this.#defect
    if (defect === 'undoes a missing entry' && (await this.#entry(sequence)) === undefined) return sequence
    if (defect === 'undoes over changes of others') return this.#undoAnyhow(sequence, options)
    const made = await this.#undo(sequence, options)
    if (made === undefined) return made
    if (defect === 'does not record what it undoes') return made - 1
    if (defect === 'reports an undo without making it') await super.redo(sequence)
    if (defect === 'changes another key too') await this.#store.put(Key.parse('/besides'), Uint8Array.of(1))
    return made
  }

  #altered(all: readonly JournalEntry[], isReverse: boolean): readonly JournalEntry[] {
    switch (this.#defect) {
      case 'leaves entries out':
        return all.filter(entry => entry.sequence % 3 !== 0 || isLast(entry, all))
      case 'leaves out the latest entry':
        return isReverse ? all.slice(1) : all.slice(0, -1)
      case 'leaves a key out':
        return all.filter(({ changes }) => changes.every(({ key }) => key.toString() !== '/a'))
      case 'reads differently backward':
        return isReverse ? all.slice(0, -1) : all
      case 'records half of a value':
        return all.map(entry => ({ ...entry, changes: entry.changes.map(halved) }))
      default:
        return all
    }
  }

  #alteredPage(page: readonly JournalEntry[], isReverse: boolean): readonly JournalEntry[] {
    const defect = this.#defect
    const isShort = isReverse ? 'leaves entries out of pages backward' : 'leaves entries out of pages'
    return defect === isShort && page.length > 1 ? page.toSpliced(1, 1) : page
  }

  async #undo(sequence: number, options?: CallOptions): Promise<number | undefined> {
    try {
      return await super.undo(sequence, options)
    } catch (error) {
      const { changes = [] } = (await this.#entry(sequence)) ?? {}
      const isLosing = this.#defect === 'loses the moved value when it fails' && !isRefused(error)
      if (isLosing && changes.length > 1)
        for (const { key } of changes) await this.#insist(() => this.#store.delete(key, { missingOk: true }))
      throw error
    }
  }

  async #undoAnyhow(sequence: number, options?: CallOptions): Promise<number | undefined> {
    try {
      return await super.undo(sequence, options)
    } catch (error) {
      if (!hasCode(error, 'CONFLICT')) throw error
      for (const { key, before } of (await this.#entry(sequence))?.changes ?? []) {
        if (before instanceof Uint8Array) await super.put(key, before)
        else await super.delete(key, { missingOk: true })
      }
      return sequence
    }
  }

  /** The store below may fail. */
  async #insist(work: () => Promise<void>): Promise<void> {
    for (let turn = 0; turn < 50; turn++) {
      const isDone = await work().then(
        () => true,
        () => false,
      )
      if (isDone) return
    }
  }

  async #entry(sequence: number): Promise<JournalEntry | undefined> {
    for await (const entry of super.entries({ after: sequence - 1, limit: 1 }))
      return entry.sequence === sequence ? entry : undefined
    return undefined
  }
}

function halved(change: JournalChange): JournalChange {
  const { after } = change
  return after instanceof Uint8Array ? { ...change, after: after.subarray(after.length >> 1) } : change
}

function isLast({ sequence, changes }: JournalEntry, all: readonly JournalEntry[]): boolean {
  const later = all.filter(entry => entry.sequence > sequence).flatMap(entry => entry.changes)
  return changes.every(({ key }) => !later.some(change => change.key.equals(key)))
}

/**
 * Two views of a log: records written to the first are complete there, and every fourth one is missing in the
 * second.
 */
function forgetful(whole: JournalLog, isBackwardOnly: boolean): readonly [JournalLog, JournalLog] {
  const forgotten = new Set<number>()
  let intents = 0
  const rest = {
    maxBytes: whole.maxBytes,
    bytes: whole.bytes,
    oldest: whole.oldest,
    sync: () => whole.sync(),
    close: () => whole.close(),
    async append(bytes: Uint8Array, isIntent: boolean) {
      const number = await whole.append(bytes, isIntent)
      if (isIntent && ++intents % 4 === 0) forgotten.add(number)
      return number
    },
  }
  const read: JournalLog['read'] = async function* (options): AsyncIterable<JournalRecord> {
    const isWhole = isBackwardOnly && options?.reverse !== true
    for await (const record of whole.read(options)) if (isWhole || !forgotten.has(record.number)) yield record
  }
  return [
    { ...rest, read: options => whole.read(options) },
    { ...rest, read },
  ]
}

/** Not for random stacks: it proves that a model detects defects. */
export const brokenJournalKind = defineKind({
  kind: 'broken-journal',
  label: 'Broken journal',
  help: '',
  schema: z.strictObject({ defect: z.enum(Object.keys(JOURNAL_DEFECTS) as [JournalDefect]) }),
  children: 'one',
  childrenField: 'store',
  open: async ({ defect }, children, { path }) => {
    const memory = memoryJournal()
    const isForgetful = defect === 'loses records of its log' || defect === 'loses records backward'
    const isBackwardOnly = defect === 'loses records backward'
    const [log, seen] = isForgetful ? forgetful(memory, isBackwardOnly) : [memory, memory]
    const store = new BrokenJournal(defect, onlyChild(children, path), await EntryLog.open(log), { log })
    return remember(store, seen)
  },
})
