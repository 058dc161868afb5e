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
 * A store that records every write with what the key held before and after, so that it can be undone. The record is
 * written first: a write that cannot be recorded is refused. See `journal`.
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

  /** The recorded writes, oldest first, without those that were refused and so changed nothing. */
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
   * Restores what each key of an entry held before. This is a write with an entry of its own.
   * @returns The number of that entry; `undefined` if there was nothing to undo.
   * @throws DatastoreError `NOT_FOUND` for an entry that is not, or no longer, in the log, `CONFLICT` if a key was
   * changed since, `UNSUPPORTED` if a value was too large to be recorded. In these cases nothing was changed.
   */
  undo(sequence: number, options: CallOptions = {}): Promise<number | undefined> {
    return this.#apply('undo', sequence, options)
  }

  /** The reverse of `undo`: makes the changes of an entry again, if each key holds what it held before the entry. */
  redo(sequence: number, options: CallOptions = {}): Promise<number | undefined> {
    return this.#apply('redo', sequence, options)
  }

  /**
   * Records the beginning of something that consists of several writes: a job, or the undo of one. It is pending until
   * `end` is called.
   * @param note A text for the program's own use.
   * @returns Its number. Writes become a part of it by `within`.
   */
  begin(action: 'job' | 'undo' | 'redo', note?: string, of?: number): Promise<number> {
    return this.#state.recorder.begin(action, note, of)
  }

  /**
   * Records the end of what `begin` began.
   * @param note Replaces the note that was passed to `begin`.
   */
  end(sequence: number, note?: string): Promise<void> {
    return this.#state.entries.mark(sequence, [], note)
  }

  /** The same store, but its writes are recorded as parts of what `begin` began. Close only the original store. */
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
 * Records every write to `store` in `options.log`, with what its keys held before and after. Also determines the
 * outcomes of writes during which an earlier process was killed. Each write costs a read of the value that it replaces,
 * and two records. A batch is recorded write by write, so it is not atomic here. Changes that are not made through this
 * store are not recorded, and are never overwritten by an undo.
 * @throws DatastoreError `CONFIG_INVALID` for a limit that does not fit the log, `CORRUPT` for a log of something else.
 */
export async function journal(store: BinaryDatastore, options: JournalOptions): Promise<JournalDatastore> {
  const entries = await EntryLog.open(options.log)
  const journaled = new JournalDatastore(openStoreOf(store), journalState(entries, options), options)
  await settle(entries, openStoreOf(store))
  return journaled
}
