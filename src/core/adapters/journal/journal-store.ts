import { type Collected, collectUpTo } from '../../bytes.ts'
import { DatastoreError, failure, isAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { type Layer, LayeredStore } from '../../layers/layer.ts'
import type { Call, Maybe } from '../../open/call.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { Payload } from '../../open/payload.ts'
import { checkConditions, refusedOf } from '../../open/refusals.ts'
import type {
  BranchMoved,
  Moved,
  Refused,
  Removed,
  Store,
  StoreTransaction,
  Written,
} from '../../open/store.ts'
import type { EntryLog } from './entry-log.ts'
import { type HeldValue, heldValue } from './held-value.ts'
import type { IntendedChange, JournalAction, JournalEntry, RecordedValue } from './journal-entry.ts'
import { type JournalLog, valueBytesFor } from './journal-log.ts'
import { KnownValues } from './known-values.ts'
import { stepsFor, takeStep } from './replay.ts'
import { type IntendedWrite, type RecordedWrite, WriteRecorder } from './write-recorder.ts'

/** Where a journal is stored, and what is recorded. */
export interface JournalOptions {
  /** Stores the entries: see `memoryJournal` and `fileJournal`. It is closed with the store. */
  readonly log: JournalLog
  /**
   * The size in bytes of the largest value that is recorded: at most an eighth of the log. A write of a larger one cannot
   * be undone. Default: an eighth, but no more than 1 MiB.
   */
  readonly maxValueBytes?: number | undefined
  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
  /**
   * Returns a text of the program's own that identifies how the store is currently composed. It is stored with each
   * entry, so that the program can recognise entries that were made in another arrangement.
   */
  readonly arrangement?: (() => string) | undefined
  /** Called with each entry once its outcome is known, and when a job begins. */
  readonly onEntry?: ((entry: JournalEntry) => void) | undefined
  /**
   * Called if a write was made but its outcome could not be recorded. It is recorded when the store is closed, or
   * determined when the journal is opened again.
   */
  readonly onMarkError?: ((error: unknown, sequence: number) => void) | undefined
}

/** The state that all stores of one journal share. */
export interface JournalState {
  readonly entries: EntryLog
  readonly recorder: WriteRecorder
  readonly known: KnownValues
}

/** @throws DatastoreError `CONFIG_INVALID` for a `maxValueBytes` that does not fit the log. */
export function journalState(entries: EntryLog, options: JournalOptions): JournalState {
  const maxValueBytes = valueBytesFor(options.log.maxBytes, options.maxValueBytes)
  return {
    entries,
    recorder: new WriteRecorder(entries, options),
    known: new KnownValues(maxValueBytes),
  }
}

/** A write makes several calls below, so each has a turn here. */
const JOURNAL: Layer = {
  name: 'journal',
  delays: true,
  around: (step, run) => run(step.call),
}

/**
 * Records each write before it is made, and its outcome afterwards. A write without `ifMatch` is made to match the
 * version that was recorded, and starts over if another writer replaces that version first.
 */
export class JournalStore extends LayeredStore {
  readonly #state: JournalState
  readonly #options: JournalOptions
  readonly #recorder: WriteRecorder
  readonly #known: KnownValues
  /** Bytes of the largest value that is recorded. */
  readonly #maxValueBytes: number
  /** The job that the writes belong to. */
  readonly #group: number | undefined
  #child: OpenStore

  constructor(child: OpenStore, state: JournalState, options: JournalOptions, group?: number) {
    super(child, JOURNAL)
    this.#child = child
    this.#state = state
    this.#options = options
    this.#recorder = state.recorder
    this.#known = state.known
    this.#maxValueBytes = valueBytesFor(options.log.maxBytes, options.maxValueBytes)
    this.#group = group
  }

  override async write(key: Key, value: Payload, call: Call): Promise<Written> {
    if (!value.isStream) return this.#writeBytes(key, value.keep(), call)
    if (call.isConditional) {
      // Check the condition before the value is read, because it may be large.
      const stat = await this.#child.stat(key, call.with({ fresh: true }))
      const refused = checkConditions(stat?.etag, call.options)
      if (refused !== undefined) {
        value.discard()
        return { refused }
      }
    }
    const collected = await collectUpTo(this.#maxValueBytes, value.take(), key, call.signal)
    return 'whole' in collected
      ? this.#writeBytes(key, collected.whole, call)
      : this.#writeStream(key, collected, call)
  }

  override remove(key: Key, call: Call): Promise<Removed> {
    const isBound = call.options.ifMatch !== undefined
    return this.#retryOnConflict<Removed>(
      'delete',
      [key],
      call,
      ([held]) => {
        // Nothing is recorded for an absent key, but the store below may still have a copy to drop.
        if (held?.etag === undefined) return this.#child.remove(key, call)
        const ifMatch = call.options.ifMatch ?? held.etag
        if (ifMatch !== held.etag) return 'changed'
        const changes = [{ key, before: held.value, after: 'absent', etag: held.etag } as const]
        return this.#around({ action: 'delete', changes, call }, () =>
          this.#child.remove(key, call.with({ ifMatch })),
        )
      },
      (_refused, [held]) => !isBound && held?.etag !== undefined,
      this.#knownFor(key, call),
    )
  }

  override async move(from: Key, to: Key, call: Call): Promise<Moved> {
    if (from.equals(to)) return await this.#child.move(from, to, call)
    const { replace } = call.options
    return this.#retryOnConflict<Moved>(
      'rename',
      [from, to],
      call,
      ([source, target]) => {
        if (source?.etag === undefined || target === undefined) return this.#child.move(from, to, call)
        // Both keys may be one key below: then nothing moves and nothing is replaced.
        const mayChangeNothing = this.#child.capabilities.manyToOne
        if (target.etag !== undefined && !mayChangeNothing && !replace) return 'exists'
        const changes: IntendedChange[] = [
          { key: from, before: source.value, after: 'absent', etag: source.etag },
          { key: to, before: target.value, after: source.value, etag: target.etag },
        ]
        const own = call.with({ replace: target.etag !== undefined && replace })
        return this.#around({ action: 'rename', changes, call, mayChangeNothing }, () =>
          this.#child.move(from, to, own),
        )
      },
      refused => refused === 'exists' && replace,
    )
  }

  /**
   * Undoes or redoes an entry. The caller holds the turn of the entry's keys.
   * @returns The number of the new entry; `undefined` if there was nothing to do.
   */
  async apply(
    action: 'undo' | 'redo',
    { sequence, changes }: JournalEntry,
    call: Call,
  ): Promise<number | undefined> {
    const store = this.#child
    const direction = action === 'undo' ? 'backward' : 'forward'
    const steps = await stepsFor(store, action, changes, direction, call)
    if (steps.length === 0) return undefined
    const intended = steps.map(({ key, from, to, etag }) => ({ key, before: from, after: to, etag }))
    return this.#around({ action, changes: intended, call, of: sequence }, async write => {
      for (const step of steps) {
        await takeStep(store, action, step, call)
        write.made++
      }
      return write.sequence
    })
  }

  /** The values of a branch are not recorded, so its keys are moved one by one. */
  override moveBranch(): BranchMoved {
    return 'unsupported'
  }

  /** Refused: writes are recorded as they are made, and records cannot be rolled back. */
  begin(): StoreTransaction {
    throw failure('UNSUPPORTED', 'begin a transaction', undefined, 'a journal store has none')
  }

  /** Syncs the log first, so that every write that survives a power failure is recorded. */
  override async sync(prefix: Key, call: Call): Promise<void> {
    await this.#options.log.sync()
    await this.#child.sync(prefix, call)
  }

  settle(): Promise<void> {
    return this.#recorder.settle()
  }

  close(): Promise<void> {
    return this.#options.log.close()
  }

  override over([child = this.#child]: readonly OpenStore[]): Store {
    return new JournalStore(child, this.#state, this.#options, this.#group)
  }

  override rewire([child = this.#child]: readonly OpenStore[]): void {
    super.rewire([child])
    this.#child = child
  }

  /** Records a write and makes it. The values of its keys are unknown until the write itself sets them. */
  #around<T>(
    intended: Omit<IntendedWrite, 'store' | 'group'>,
    work: (write: RecordedWrite) => Maybe<T>,
  ): Promise<T> {
    for (const { key } of intended.changes) this.#known.delete(key)
    return this.#recorder.around({ ...intended, store: this.#child, group: this.#group }, work)
  }

  /** What a key is known to hold, if matching that version cannot refuse a write that would otherwise be made. */
  #knownFor(key: Key, { options }: Call): readonly HeldValue[] | undefined {
    const held = this.#known.get(key)
    if (held?.etag === undefined || !options.create || !options.replace) return undefined
    return options.ifMatch === undefined || options.ifMatch === held.etag ? [held] : undefined
  }

  #writeBytes(key: Key, bytes: Uint8Array, call: Call): Promise<Written> {
    const { ifMatch, replace } = call.options
    const after = bytes.length > this.#maxValueBytes ? 'too-large' : bytes
    return this.#retryOnConflict(
      'put',
      [key],
      call,
      ([held]) => {
        const bound = held?.etag === undefined ? { replace: false } : { ifMatch: held.etag }
        return this.#writeOver(key, held, after, call, async () => {
          const own = call.with({ ...call.options, ...bound })
          const written = await this.#child.write(key, Payload.kept(bytes), own)
          if (written.etag !== undefined) this.#known.set(key, { value: after, etag: written.etag })
          return written
        })
      },
      refused => ifMatch === undefined && (refused === 'changed' || (refused === 'exists' && replace)),
      this.#knownFor(key, call),
    )
  }

  /** A stream cannot be read twice, so the write replaces any version. */
  async #writeStream(
    key: Key,
    stream: Extract<Collected, { readonly source: unknown }>,
    call: Call,
  ): Promise<Written> {
    try {
      const held = await this.#held('put', key, call)
      return await this.#writeOver(key, held, 'too-large', call, () =>
        this.#child.write(key, Payload.stream(stream.source), call),
      )
    } finally {
      // Closes the rest of the source, which may never settle: not awaited.
      void stream.discard().catch(() => undefined)
    }
  }

  async #writeOver(
    key: Key,
    held: HeldValue | undefined,
    after: RecordedValue,
    call: Call,
    work: () => Maybe<Written>,
  ): Promise<Written> {
    const etag = held?.etag
    const refused = checkConditions(etag, call.options)
    if (refused !== undefined) return { refused }
    const changes = [{ key, before: held?.value ?? 'absent', after, etag }]
    return this.#around({ action: 'put', changes, call }, work)
  }

  /**
   * Makes a write that depends on what its keys hold, and repeats it if another writer changed them first.
   * @param known What the keys are known to hold. Default: it is read.
   */
  async #retryOnConflict<T>(
    action: JournalAction,
    keys: readonly Key[],
    call: Call,
    write: (held: readonly HeldValue[]) => Maybe<T>,
    mayConflict: (refused: Refused, held: readonly HeldValue[]) => boolean,
    known?: readonly HeldValue[],
  ): Promise<T> {
    let held = known ?? (await this.#heldAll(action, keys, call))
    for (;;) {
      const answer = await write(held)
      const refused = refusedOf(answer)
      if (refused === undefined || !mayConflict(refused, held)) return answer
      const before = held
      held = await this.#heldAll(action, keys, call)
      if (held.every(({ etag }, index) => etag === before[index]?.etag)) return answer
    }
  }

  #heldAll(action: JournalAction, keys: readonly Key[], call: Call): Promise<HeldValue[]> {
    return Promise.all(keys.map(key => this.#held(action, key, call)))
  }

  async #held(action: JournalAction, key: Key, call: Call): Promise<HeldValue> {
    try {
      return await heldValue(this.#child, key, this.#maxValueBytes, call)
    } catch (error) {
      if (isAborted(error) || !(error instanceof DatastoreError)) throw error
      // Name the write as the action that failed, not the read.
      throw failure(error.code, action, key, error.reason, error)
    }
  }
}
