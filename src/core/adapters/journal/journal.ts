import type { BinaryDatastore, CallOptions } from '../../datastore.ts'
import { Key } from '../../key.ts'
import { Call } from '../../open/call.ts'
import { Datastore, openStoreOf, ownStoreOf } from '../../open/datastore.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { EntryLog } from './entry-log.ts'
import { settle } from './held-value.ts'
import type { JournalEntriesOptions, JournalEntry } from './journal-entry.ts'
import { type JournalOptions, type JournalState, JournalStore, journalState } from './journal-store.ts'

/**
 * A store whose every write is recorded, with what the key held before and after, so that it can be undone. The record
 * is made before the write: one that cannot be recorded is not made. See `journal`.
 */
export class JournalDatastore extends Datastore {
  readonly #child: OpenStore
  readonly #state: JournalState
  readonly #options: JournalOptions
  readonly #store: JournalStore

  constructor(child: OpenStore, state: JournalState, options: JournalOptions, group?: number) {
    const store = new JournalStore(child, state, options, group)
    super(store)
    this.#child = child
    this.#state = state
    this.#options = options
    this.#store = store
  }

  /** The writes on record, oldest first. Those that were refused, and so changed nothing, are left out. */
  async *entries(options: JournalEntriesOptions & CallOptions = {}): AsyncIterable<JournalEntry> {
    const action = 'read the journal of'
    const leave = ownStoreOf(this).enter(action, Key.root)
    try {
      const { signal, span } = options
      await ownStoreOf(this).apart(action, Key.root, Call.from({ signal, span }), () => undefined)
      yield* this.#state.entries.read(options)
    } finally {
      leave()
    }
  }

  /**
   * Gives each key of an entry what it held before. That is a write like any other, with an entry of its own.
   * @returns The number of that entry; `undefined` where there was nothing left to be undone.
   * @throws DatastoreError `NOT_FOUND` for an entry that is not on record (any more), `CONFLICT` where a key was
   * changed since, `UNSUPPORTED` where a value was too large to be recorded. Then nothing was changed.
   */
  undo(sequence: number, options: CallOptions = {}): Promise<number | undefined> {
    return this.#apply('undo', sequence, options)
  }

  /** As `undo`, the other way: gives each key what the entry left there, where it holds what it held before. */
  redo(sequence: number, options: CallOptions = {}): Promise<number | undefined> {
    return this.#apply('redo', sequence, options)
  }

  /**
   * Records that something begins which consists of other writes: a job, or the undo of one. It is pending until `end`.
   * @param note What the program wants to know of it later.
   * @returns Its number, by which writes are made a part of it (`within`).
   */
  begin(action: 'job' | 'undo' | 'redo', note?: string, of?: number): Promise<number> {
    return this.#state.recorder.begin(action, note, of)
  }

  /**
   * Records that what was begun has ended.
   * @param note Takes the place of the one that it was begun with.
   */
  end(sequence: number, note?: string): Promise<void> {
    return this.#state.entries.mark(sequence, [], note)
  }

  /** The same store, whose writes are recorded as parts of what was begun. Close this one alone. */
  within(group: number): JournalDatastore {
    return new JournalDatastore(this.#child, this.#state, this.#options, group)
  }

  async #apply(
    action: 'undo' | 'redo',
    sequence: number,
    { signal, span }: CallOptions,
  ): Promise<number | undefined> {
    const call = Call.from({ signal, span })
    const find = () => this.#state.entries.find(action, sequence)
    const entry = await ownStoreOf(this).apart(action, undefined, call, find)
    const keys = entry.changes.map(({ key }) => key)
    return ownStoreOf(this).turn(action, keys, call, () => this.#store.apply(action, entry, call))
  }
}

/**
 * Records every write to `store` in `options.log`, each with what its keys held before and after, and finds out what
 * became of the writes that an earlier process was killed in. Each write costs a read of what it replaces and two
 * records. A batch is recorded write by write, so it is not atomic here. Of changes that do not come through this
 * store nothing is recorded, and no undo overwrites them.
 * @throws DatastoreError `CONFIG_INVALID` for a limit that does not fit the log, `CORRUPT` for a log of something else.
 */
export async function journal(store: BinaryDatastore, options: JournalOptions): Promise<JournalDatastore> {
  const entries = await EntryLog.open(options.log)
  const journaled = new JournalDatastore(openStoreOf(store), journalState(entries, options), options)
  await settle(entries, openStoreOf(store))
  return journaled
}
