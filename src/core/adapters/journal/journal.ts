import { assertBytes, ownCopy } from '../../bytes.ts'
import type {
  BinaryDatastore,
  CallOptions,
  DeleteOptions,
  PutOptions,
  PutResult,
  RenameOptions,
  ValueSource,
} from '../../datastore.ts'
import { Key } from '../../key.ts'
import { refuseContradiction, refuseRoot } from '../../preconditions.ts'
import { closeAll } from '../combine.ts'
import { DelayingDatastore } from '../delaying.ts'
import type { Call } from '../intercepted.ts'
import { EntryLog } from './entry-log.ts'
import { valueBytesFor } from './journal-bytes.ts'
import type { JournalEntriesOptions, JournalEntry } from './journal-entry.ts'
import type { JournalLog } from './journal-log.ts'
import { JournaledWrites } from './journaled-writes.ts'
import { settle } from './settle.ts'
import { WriteRecorder } from './write-recorder.ts'

/** Where a journal is kept, and what is recorded. */
export interface JournalOptions {
  /** Where entries go: see `memoryJournal` and `fileJournal`. Closed with the store. */
  readonly log: JournalLog
  /**
   * Bytes of the largest value that is recorded; an entry of a larger one cannot be undone. At most an eighth of what
   * the log keeps; default that, or 1 MiB.
   */
  readonly maxValueBytes?: number | undefined
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** Told of a write that was made while the log did not take the word of it: it is looked at when the journal opens next. */
  readonly onMarkError?: ((error: unknown, sequence: number) => void) | undefined
}

/**
 * A store whose every write is recorded, with what the key held before and after, so that it can be undone. The record
 * is made before the write: one that cannot be recorded is not made. See `journal`.
 */
export class JournalDatastore extends DelayingDatastore<Uint8Array> {
  readonly #log: JournalLog
  readonly #entries: EntryLog
  readonly #writes: JournaledWrites

  constructor(store: BinaryDatastore, entries: EntryLog, options: JournalOptions) {
    super(store)
    const { log, maxValueBytes, now = Date.now, onMarkError } = options
    this.#log = log
    this.#entries = entries
    const recorder = new WriteRecorder(store, entries, { now, onMarkError })
    this.#writes = new JournaledWrites(store, recorder, valueBytesFor(log.maxBytes, maxValueBytes))
  }

  override async put(key: Key, value: ValueSource<Uint8Array>, options: PutOptions = {}): Promise<PutResult> {
    this.gate.assertOpen('put', key, options)
    if (!this.capabilities.writable) return this.child.put(key, value, options)
    refuseRoot('put', key)
    refuseContradiction(options)
    assertBytes(value)
    const kept = ownCopy(value)
    return this.gate.write('put', [key], options, () => this.#writes.put(key, kept, options))
  }

  override delete(key: Key, options: DeleteOptions = {}): Promise<void> {
    return this.gate.write('delete', [key], options, () => this.#writes.delete(key, options))
  }

  override rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    return this.gate.write('rename', [from, to], options, () => this.#writes.rename(from, to, options))
  }

  /** The writes on record, oldest first. Those that were refused, and so changed nothing, are left out. */
  entries(options: JournalEntriesOptions & CallOptions = {}): AsyncIterable<JournalEntry> {
    return this.gate.runStream('read the journal of', Key.root, options, () => this.#entries.read(options))
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

  override async sync(prefix?: Key, options?: CallOptions): Promise<void> {
    // The record first: a write that outlives a power cut has to be on it.
    await this.gate.run('sync', prefix, options, () => this.#log.sync())
    await super.sync(prefix, options)
  }

  override close(): Promise<void> {
    return this.gate.close(() => closeAll([this.child, this.#log]))
  }

  protected override delay<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    return run(call.options)
  }

  protected override delayStream<T>(
    call: Call,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    return run(call.options)
  }

  async #apply(action: 'undo' | 'redo', sequence: number, options: CallOptions): Promise<number | undefined> {
    const entry = await this.gate.run(action, undefined, options, () => this.#entries.find(action, sequence))
    const keys = entry.changes.map(({ key }) => key)
    return this.gate.write(action, keys, options, () => this.#writes.apply(action, entry, options))
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
  const journaled = new JournalDatastore(store, entries, options)
  await settle(entries, store)
  return journaled
}
