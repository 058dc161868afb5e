import { type JournalDatastore, journal } from '../../../core/adapters/journal/journal.ts'
import type { JournalEntry } from '../../../core/adapters/journal/journal-entry.ts'
import type { JournalLog } from '../../../core/adapters/journal/journal-log.ts'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { DatastoreError, failure, hasCode, messageOf } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import { Datastore, ownStoreOf } from '../../../core/open/datastore.ts'
import type { OpenStore } from '../../../core/open/open-store.ts'
import type { HistoryState, NamedEntry, UndoneInfo } from '../../../shared/procedures/history.ts'
import type { BegunJob, JobEntry, JobUndo, PendingJob, Undone } from './job-undo.ts'
import type { JournalPlace, OpenedLog } from './journal-folders.ts'
import { type JobNote, jobNoteOf, RecordedEntries } from './recorded-entries.ts'
import type { Recording } from './recording-store.ts'
import { undoGroup } from './undo-group.ts'
import type { OrderedEntry } from './undo-order.ts'

/** The size of the largest value that is recorded, in bytes. */
const MAX_VALUE_BYTES = 4 * 1024 * 1024

export interface SessionHistoryOptions {
  readonly session: string
  /** The store that recorded writes go to: it contains the lock, and is above the stack. */
  readonly store: OpenStore
  readonly place: JournalPlace
  /** The current arrangement of the stack; see `arrangementOf`. */
  readonly arrangement: () => string
  readonly jobUndos: readonly JobUndo[]
  readonly onChange: () => void
}

type OpenedJournal = OpenedLog<JournalDatastore>

/** Receives the progress of the undo of a job. */
export type UndoProgress = Pick<Parameters<JobUndo['undo']>[1], 'handled' | 'expect'>

/** Records, undoes and redoes the changes of one session. */
export class SessionHistory implements Recording {
  readonly #options: SessionHistoryOptions
  /** The store without recording, for jobs that keep a record of their own. */
  readonly #unrecorded: BinaryDatastore
  readonly #entries = new RecordedEntries()
  /** Never rejects: if the journal cannot be opened, `#failure` says why. */
  #opening: Promise<OpenedJournal | undefined> | undefined
  #opened: OpenedJournal | undefined
  #isOn: boolean
  /** Why nothing is recorded, although recording is on. */
  #failure: string | undefined
  /** Changes of the journal and undos are made one after another. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: SessionHistoryOptions) {
    this.#options = options
    this.#unrecorded = new Datastore(options.store)
    this.#isOn = !options.place.isOff
    if (this.#isOn) void this.#open()
  }

  get state(): HistoryState {
    const log = this.#opened?.log
    const reason = this.#failure ?? (this.#isOn ? this.#opened?.notice : undefined)
    const next = this.#isRecording
      ? { undo: named(this.#entries.order.undo), redo: named(this.#entries.order.redo) }
      : {}
    return {
      isOn: this.#isRecording,
      ...(reason !== undefined && { reason }),
      isLasting: this.#opened?.isLasting ?? true,
      bytes: log?.bytes ?? 0,
      maxBytes: log?.maxBytes ?? 0,
      maxValueBytes: Math.min(MAX_VALUE_BYTES, (log?.maxBytes ?? Number.MAX_SAFE_INTEGER) / 8),
      ...(next.undo !== undefined && { undo: next.undo }),
      ...(next.redo !== undefined && { redo: next.redo }),
    }
  }

  get #isRecording(): boolean {
    return this.#isOn && this.#failure === undefined
  }

  /** Resolves once the journal is open, if there is one. */
  async ready(): Promise<void> {
    await this.#opening
  }

  async recorder(): Promise<JournalDatastore | undefined> {
    const opened = await this.#opening
    return this.#isRecording ? opened?.used : undefined
  }

  /** The entry that undoes the latest write of a key; `undefined` if that write cannot be undone. */
  latestOf(key: Key): number | undefined {
    return this.#entries.latestOf(key)
  }

  /** Turns recording on or off. Turning it off removes what is recorded. */
  setOn(isOn: boolean): Promise<void> {
    return this.#inTurn(async () => {
      if (isOn === this.#isOn && this.#failure === undefined) return
      this.#isOn = isOn
      const gone = await this.#end()
      this.#failure = undefined
      if (isOn) {
        await this.#options.place.turnOn()
        await this.#open()
      } else {
        await this.#options.place.clear(true)
        await this.#forget(gone)
      }
      this.#options.onChange()
    })
  }

  /** The job that an undo or a redo applies to; `undefined` if it applies to a single write. */
  async jobOf(action: 'undo' | 'redo', requested: number | undefined): Promise<OrderedEntry | undefined> {
    await this.#opening
    const { order } = this.#entries
    const entry = requested === undefined ? order[action] : order.find(requested)
    return entry?.action === 'job' ? entry : undefined
  }

  /** @param requested The entry. Default: the latest one that was not undone. */
  undo(requested: number | undefined, signal: AbortSignal, progress?: UndoProgress): Promise<UndoneInfo> {
    return this.#inTurn(() => this.#apply('undo', requested, signal, progress))
  }

  redo(requested: number | undefined, signal: AbortSignal, progress?: UndoProgress): Promise<UndoneInfo> {
    return this.#inTurn(() => this.#apply('redo', requested, signal, progress))
  }

  /** @throws DatastoreError `UNSUPPORTED` while nothing is recorded. */
  async entries(): Promise<JournalDatastore> {
    const opened = this.#isOn ? await this.#opening : undefined
    if (opened !== undefined) return opened.used
    throw new DatastoreError('UNSUPPORTED', 'Cannot read the history of this stack: it is turned off')
  }

  /** Records a job. Call before the job changes anything; see `JobUndo`. */
  async begin(job: JobEntry): Promise<BegunJob> {
    const recorder = await this.recorder()
    if (recorder === undefined) {
      return { entry: undefined, store: this.#unrecorded, end: async () => undefined }
    }
    const entry = await recorder.begin('job', JSON.stringify(job))
    return {
      entry,
      store: job.kind === undefined ? recorder.within(entry) : this.#unrecorded,
      end: async changes => {
        await recorder.end(entry, JSON.stringify({ ...job, ...changes }))
        this.#entries.noteJob(entry, Date.now(), { data: undefined, ...job, ...changes })
        this.#changed()
      },
    }
  }

  /** The store without recording, for jobs that keep a record of their own. The lock of the session applies. */
  get unrecorded(): BinaryDatastore {
    return this.#unrecorded
  }

  /** Jobs of a kind that a killed process did not end. */
  async pendingOf(kind: string): Promise<PendingJob[]> {
    await this.#opening
    return this.#entries.pendingOf(kind)
  }

  /** Ends the entry of a job that a killed process began. */
  async endPending(entry: number, changes: Partial<JobNote> = {}): Promise<void> {
    const note = this.#entries.pendingNote(entry)
    const opened = await this.#opening
    if (note === undefined || opened === undefined) return
    await opened.used.end(entry, JSON.stringify({ ...note, ...changes }))
    this.#entries.noteJob(entry, Date.now(), { ...note, ...changes })
    this.#changed()
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#end()
    this.#options.place.leave()
  }

  #open(): Promise<unknown> {
    this.#opening = this.#options.place
      .open(log => this.#openOver(log))
      .then(
        opened => {
          // No change is reported: callers that ask for the state wait for `ready`.
          this.#opened = opened
          return opened
        },
        (error: unknown) => {
          this.#fail(error)
          return undefined
        },
      )
    return this.#opening
  }

  async #openOver(log: JournalLog): Promise<JournalDatastore> {
    const { store, arrangement } = this.#options
    const opened = await journal(new Datastore(store), {
      log: new ReportingLog(log, error => this.#fail(error)),
      maxValueBytes: Math.min(MAX_VALUE_BYTES, Math.floor(log.maxBytes / 8)),
      arrangement,
      onEntry: entry => {
        this.#entries.note(entry)
        this.#changed()
      },
    })
    for await (const entry of opened.entries()) this.#entries.note(entry)
    return opened
  }

  /**
   * Closes the journal and forgets its entries.
   * @returns The jobs among them.
   */
  async #end(): Promise<readonly JobNote[]> {
    const opened = await this.#opening
    this.#opening = undefined
    this.#opened = undefined
    const gone = this.#entries.clear()
    if (opened !== undefined) await ownStoreOf(opened.used).closeAlone()
    return gone
  }

  /** A write was refused because it could not be recorded. The next ones are made without a record. */
  #fail(error: unknown): void {
    this.#failure = `Changes are not recorded, so they cannot be undone: ${messageOf(error)}`
    this.#options.onChange()
  }

  #changed(): void {
    const oldest = this.#opened?.log.oldest
    if (oldest !== undefined) void this.#forget(this.#entries.forgetBefore(oldest))
    this.#options.onChange()
  }

  async #forget(gone: readonly JobNote[]): Promise<void> {
    if (gone.length === 0) return
    for (const undo of this.#options.jobUndos) {
      const data = gone.filter(note => note.kind === undo.kind).map(note => note.data)
      if (data.length > 0) await undo.forget?.(data, this.#options.session)
    }
  }

  async #apply(
    action: 'undo' | 'redo',
    requested: number | undefined,
    signal: AbortSignal,
    progress?: UndoProgress,
  ): Promise<UndoneInfo> {
    const { used } = await this.#recording(action)
    const sequence = requested ?? this.#entries.order[action]?.sequence
    if (sequence === undefined) {
      throw new DatastoreError('NOT_FOUND', `Cannot ${action}: there is nothing to ${action}`)
    }
    const known = this.#entries.order.find(sequence)
    try {
      const entry = await entryOf(used, action, sequence)
      this.#assertArranged(action, entry)
      const undone =
        entry.action === 'job'
          ? await this.#applyJob(action, entry, signal, progress)
          : await this.#applyWrite(used, action, entry, signal)
      const { title = '', key } = known ?? {}
      const examples = [...undone.examples]
      return { entry: sequence, title, ...(key !== undefined && { key }), ...undone, examples }
    } catch (error) {
      const isPermanent = ['CONFLICT', 'UNSUPPORTED', 'NOT_FOUND'].some(code =>
        hasCode(error, code as 'CONFLICT'),
      )
      if (isPermanent) this.#entries.order.pass(sequence)
      this.#changed()
      throw error
    }
  }

  async #applyWrite(
    used: JournalDatastore,
    action: 'undo' | 'redo',
    { sequence, changes }: JournalEntry,
    signal: AbortSignal,
  ): Promise<Undone> {
    const made = await used[action](sequence, { signal })
    if (made === undefined) {
      // The value is already as requested, so the journal has recorded no entry.
      this.#entries.order.add({ sequence, action, of: sequence, title: '', time: Date.now() })
      this.#changed()
    }
    return { done: changes.length, skipped: 0, examples: [] }
  }

  async #applyJob(
    action: 'undo' | 'redo',
    job: JournalEntry,
    signal: AbortSignal,
    { handled, expect }: UndoProgress = { handled: () => undefined, expect: () => undefined },
  ): Promise<Undone> {
    const { used } = await this.#recording(action)
    const note = jobNoteOf(job)
    const kind = this.#options.jobUndos.find(one => one.kind === note?.kind)
    if (note === undefined || (note.kind !== undefined && kind === undefined)) {
      const state = 'it was recorded by another version of this program'
      throw new DatastoreError('UNSUPPORTED', `Cannot ${action} the job: ${state}`)
    }
    const own = await used.begin(action, JSON.stringify({ title: note.title }), job.sequence)
    const run = { store: this.#unrecorded, signal, handled, expect }
    try {
      const undone =
        kind === undefined
          ? await undoGroup(used, action, { job, own }, run)
          : await kind[action](note.data, run)
      await used.end(own)
      this.#entries.order.add({ sequence: own, action, of: job.sequence, title: '', time: Date.now() })
      this.#changed()
      return undone
    } catch (error) {
      // What was undone is recorded. Another undo of the job continues with the rest.
      await used.end(own, JSON.stringify({ title: note.title, isEmpty: true }))
      throw error
    }
  }

  async #recording(action: string): Promise<OpenedJournal> {
    const opened = this.#isOn ? await this.#opening : undefined
    if (opened === undefined) {
      throw new DatastoreError('UNSUPPORTED', `Cannot ${action}: the history of this stack is turned off`)
    }
    const { writable, whyReadOnly } = this.#options.store.capabilities
    if (!writable) throw failure('READ_ONLY', action, undefined, whyReadOnly ?? 'the stack is read-only')
    return opened
  }

  #assertArranged(action: string, { arrangement, changes }: JournalEntry): void {
    if (arrangement === undefined || arrangement === this.#options.arrangement()) return
    const state = 'the stack was edited since then, so its keys may be elsewhere now'
    throw failure('CONFLICT', action, changes[0]?.key, state)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }
}

function named(entry: OrderedEntry | undefined): NamedEntry | undefined {
  if (entry === undefined) return undefined
  const { sequence, title, key } = entry
  return { entry: sequence, title, ...(key !== undefined && { key }) }
}

/** @throws DatastoreError `NOT_FOUND` for an entry that is no longer recorded. */
async function entryOf(used: JournalDatastore, action: string, sequence: number): Promise<JournalEntry> {
  for await (const entry of used.entries({ after: sequence - 1, limit: 1 })) {
    if (entry.sequence === sequence) return entry
  }
  throw new DatastoreError('NOT_FOUND', `Cannot ${action}: the entry is no longer recorded`)
}

/** A log that reports when a write could not be recorded. */
class ReportingLog implements JournalLog {
  readonly #log: JournalLog
  readonly #onFailure: (error: unknown) => void

  constructor(log: JournalLog, onFailure: (error: unknown) => void) {
    this.#log = log
    this.#onFailure = onFailure
  }

  get maxBytes(): number {
    return this.#log.maxBytes
  }

  get bytes(): number {
    return this.#log.bytes
  }

  get oldest(): number {
    return this.#log.oldest
  }

  async append(bytes: Uint8Array, isIntent: boolean): Promise<number> {
    try {
      return await this.#log.append(bytes, isIntent)
    } catch (error) {
      if (isIntent) this.#onFailure(error)
      throw error
    }
  }

  read: JournalLog['read'] = options => this.#log.read(options)

  sync(): Promise<void> {
    return this.#log.sync()
  }

  close(): Promise<void> {
    return this.#log.close()
  }
}
