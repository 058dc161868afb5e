import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { DatastoreError } from '../../../core/errors.ts'
import type { JobRequest } from '../../../shared/procedures/jobs.ts'
import type { ManyAction, ManyResult } from '../../../shared/procedures/many.ts'
import type { Source } from '../../../shared/procedures/sessions.ts'
import type { Log } from '../calls/describe-failure.ts'
import type { JobUndo, Undone, UndoRun } from '../history/job-undo.ts'
import type { JobProgress, JobWork, TitledWork } from '../jobs/job-work.ts'
import type { Session } from '../sessions/session.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { placeOf } from '../sessions/unfinished-changes.ts'
import { movesAway } from './action-parts.ts'
import { ActionRecord } from './action-record.ts'
import { ActionUndo } from './action-undo.ts'
import { ActionWork } from './action-work.ts'
import { Preview, titleOf, undoTitleOf } from './preview.ts'

/** Milliseconds for which an action can be undone. */
const KEPT_FOR = 30 * 24 * 60 * 60 * 1000
/** The maximum number of actions that can be undone. */
const MAX_RECORDS = 50
/** The maximum number of keys that stayed and are named. */
const MAX_EXAMPLES = 100

/** The data of an action's entry in a history: the id of its record. */
const named = z.object({ id: z.string() })

/** The entries of an action in the history of one of its two sessions. */
interface EntriesOfSide {
  readonly entries: readonly number[]
  end(): Promise<void>
}

type ManyRequest = Extract<JobRequest, { readonly type: 'many' }>

/** A job that continues an action of a killed process. */
export interface UnfinishedJob extends TitledWork {
  readonly request: JobRequest
}

/** Starts, continues, undoes and redoes actions on many keys of the open sessions. */
export class ManyActions implements JobUndo {
  readonly kind = 'many'
  readonly #folder: string
  readonly #aside: string
  readonly #sessions: Sessions
  readonly #log: Log
  /** When this run began, in milliseconds since 1970. */
  readonly #began = Date.now()
  /** The ids of the records that a running job uses. */
  readonly #busy = new Set<string>()

  constructor(dataDirectory: string, sessions: Sessions, log: Log) {
    this.#folder = join(dataDirectory, 'many')
    this.#aside = join(dataDirectory, 'aside')
    this.#sessions = sessions
    this.#log = log
  }

  preview(session: Session, action: ManyAction): TitledWork {
    const work: JobWork = async (source, signal, progress) => {
      const target = this.#targetOf(session, action)?.store ?? source
      await new Preview({ action, source, target, signal, report: progress.preview }).run()
    }
    return { title: `Preview: ${titleOf(action)}`, work }
  }

  /** @param request `expected`: the keys of its preview, because branches moved in one step are not counted again. */
  start(session: Session, { action, conflicts, expected }: ManyRequest): TitledWork {
    const title = titleOf(action)
    const other = this.#targetOf(session, action)
    const work: JobWork = async (_store, signal, progress) => {
      const facts = {
        action,
        conflicts,
        title,
        from: session.source,
        to: other?.source,
        startedAt: Date.now(),
      }
      const record = await ActionRecord.create(this.#folder, randomUUID(), {
        ...facts,
        state: 'running',
        canUndo: true,
      })
      const to = other ?? session
      const entry = { title: undoTitleOf(action), kind: this.kind, data: { id: record.id } }
      const group = await to.history.begin(entry)
      // A move between two sessions has an entry in both, and can be undone from either.
      const second = to !== session && movesAway(action) ? await session.history.begin(entry) : undefined
      const undo = group.entry === undefined ? undefined : { session: to.id, entry: group.entry }
      try {
        await this.#run(record, session, to, signal, progress, expected, undo)
      } finally {
        await group.end()
        await second?.end()
      }
    }
    return { title, work }
  }

  /**
   * Undoes an action.
   * @throws DatastoreError `CONFLICT` if it is already undone, or every key was changed since; `UNSUPPORTED` if it is
   * running, or the values that the undo needs were not kept.
   */
  async undo(data: unknown, { signal, handled, expect }: UndoRun): Promise<Undone> {
    const { id } = named.parse(data)
    const record = await ActionRecord.open(this.#folder, id)
    if (record.about.state === 'undone')
      throw new DatastoreError('CONFLICT', 'Cannot undo: the action is already undone')
    if (!record.about.canUndo || this.#busy.has(id)) {
      const state = this.#busy.has(id)
        ? 'the action is still running'
        : 'its values were too large to be kept'
      throw new DatastoreError('UNSUPPORTED', `Cannot undo: ${state}`)
    }
    const { from, to } = await this.#sidesOf(record)
    return this.#using(record, async () => {
      await record.save({ state: 'undoing' })
      expect(await stepsOf(record))
      const parts = { record, source: storeOf(from), target: storeOf(to), signal, handled }
      const result = await new ActionUndo(parts).run()
      if (result.done === 0 && result.skipped > 0) {
        await record.save({ state: 'done' })
        throw new DatastoreError('CONFLICT', 'Cannot undo: every key was changed since then')
      }
      await record.save({ state: 'undone' })
      return result
    })
  }

  /** Carries an action out again, with the choices that were made for it. */
  async redo(data: unknown, { signal, handled }: UndoRun): Promise<Undone> {
    const record = await ActionRecord.open(this.#folder, named.parse(data).id)
    if (record.about.state !== 'undone') {
      throw new DatastoreError('CONFLICT', 'Cannot redo: the action was not undone')
    }
    await record.restart()
    await record.save({ state: 'running', canUndo: true })
    const { from, to } = await this.#sidesOf(record)
    const outcome = { done: 0, skipped: 0, examples: [] as string[] }
    const work = new ActionWork({
      record,
      source: storeOf(from),
      target: storeOf(to),
      signal,
      progress: {
        handled(keys) {
          outcome.done += keys
          for (let count = 0; count < keys; count++) handled()
        },
        stayed(key) {
          outcome.skipped++
          if (outcome.examples.length < MAX_EXAMPLES) outcome.examples.push(key.toString())
        },
      },
    })
    await this.#using(record, () => work.run())
    await record.save({ state: 'done' })
    return outcome
  }

  /** Removes the records of entries that a history no longer has. */
  async forget(data: readonly unknown[], session: string): Promise<void> {
    const gone = new Set(data.map(idOf))
    if (gone.size === 0 || !this.#sessions.isOpen(session)) return
    const { source } = this.#sessions.get(session)
    for (const record of await this.#records()) {
      const isEnded = record.about.state === 'done' || record.about.state === 'undone'
      if (!isEnded || !gone.has(record.id) || this.#busy.has(record.id)) continue
      // A move between two stacks has an entry in both. Its record is removed with the entry of the target.
      if (placeOf(record.about.to ?? record.about.from) === placeOf(source)) await this.#tryToRemove(record)
    }
  }

  /** Jobs that continue the actions which a killed process left unfinished in the stack of a session. */
  async unfinished(session: Session): Promise<readonly UnfinishedJob[]> {
    const jobs: UnfinishedJob[] = []
    for (const record of await this.#records()) {
      const { state, title } = record.about
      if (!isOf(record, session.source) || this.#busy.has(record.id)) continue
      if (state === 'running') {
        this.#busy.add(record.id)
        const work: JobWork = async (_store, signal, progress) => {
          const { from, to } = await this.#sidesOf(record)
          const sides = from !== to && movesAway(record.about.action) ? [to, from] : [to]
          const entries = await Promise.all(sides.map(side => this.#entryIn(side, record)))
          const [entry] = entries[0]?.entries ?? []
          const undo = entry === undefined ? undefined : { session: to.id, entry }
          await this.#run(record, from, to, signal, progress, undefined, undo)
          for (const side of entries) await side.end()
        }
        const { action, conflicts } = record.about
        const request = { type: 'many', action, conflicts } as const
        jobs.push({ title: `${title}, started before the restart`, request, work })
      } else if (state === 'undoing') {
        // The action can be undone again: keys that are already restored are recognised.
        await record.save({ state: 'done' })
      } else if (state === 'done') {
        // The kill came between the end of the action and that of its entry.
        for (const entry of await this.#pendingIn(session, record.id)) await session.history.endPending(entry)
      }
    }
    await this.#removeOld()
    return jobs
  }

  async #run(
    record: ActionRecord,
    from: Session,
    to: Session,
    signal: AbortSignal,
    progress: JobProgress,
    expected?: number,
    undo?: ManyResult['undo'],
  ): Promise<void> {
    if (expected !== undefined) progress.expect(expected)
    let handled = 0
    const result = { skipped: 0, stayed: 0, examples: [] as { key: string; reason: string }[] }
    const report = (): void => progress.result({ ...result, undo: record.about.canUndo ? undo : undefined })
    const work = new ActionWork({
      record,
      source: storeOf(from),
      target: storeOf(to),
      signal,
      progress: {
        handled(keys, bytes) {
          handled += keys
          progress.handledMany(keys, bytes)
        },
        stayed(key, reason, isSkipped) {
          if (isSkipped) result.skipped++
          else result.stayed++
          if (result.examples.length < MAX_EXAMPLES) result.examples.push({ key: key.toString(), reason })
        },
      },
    })
    try {
      await this.#using(record, () => work.run())
      const left = (expected ?? 0) - handled - result.skipped - result.stayed
      if (left > 0) progress.handledMany(left, 0)
    } finally {
      report()
      // If the host is closing, the action is continued at the next start, as after a kill.
      if (!from.closing.aborted && !to.closing.aborted) await record.save({ state: 'done' })
      await this.#removeOld()
    }
  }

  /** The entries of an action in the history of a session that a killed process did not end. */
  async #pendingIn(session: Session, id: string): Promise<number[]> {
    const pending = await session.history.pendingOf(this.kind)
    return pending.filter(({ data }) => idOf(data) === id).map(({ entry }) => entry)
  }

  /** The entries of a continued action. Begins a new one if the process was killed before it wrote any. */
  async #entryIn(side: Session, record: ActionRecord): Promise<EntriesOfSide> {
    const pending = await this.#pendingIn(side, record.id)
    if (pending.length > 0) {
      const end = async (): Promise<void> => {
        for (const entry of pending) await side.history.endPending(entry)
      }
      return { entries: pending, end }
    }
    const title = undoTitleOf(record.about.action)
    const group = await side.history.begin({ title, kind: this.kind, data: { id: record.id } })
    return { entries: group.entry === undefined ? [] : [group.entry], end: () => group.end() }
  }

  async #using<T>(record: ActionRecord, work: () => Promise<T>): Promise<T> {
    this.#busy.add(record.id)
    try {
      return await work()
    } finally {
      this.#busy.delete(record.id)
      await record.end()
    }
  }

  /** The session that an action transfers keys to; `undefined` if it stays within one session. */
  #targetOf(session: Session, action: ManyAction): Session | undefined {
    if (action.type !== 'transfer' || action.to.session === session.id) return undefined
    return this.#sessions.get(action.to.session)
  }

  /** The sessions of a record. Opens those that are not open. */
  async #sidesOf(record: ActionRecord): Promise<{ from: Session; to: Session }> {
    const { from, to } = record.about
    const open = async (source: Source): Promise<Session> => {
      return (
        this.#sessions.find(source) ?? this.#sessions.get((await this.#sessions.open(source, undefined)).id)
      )
    }
    const first = await open(from)
    return { from: first, to: to === undefined ? first : await open(to) }
  }

  async #records(): Promise<readonly ActionRecord[]> {
    const records: ActionRecord[] = []
    for (const id of await ActionRecord.idsIn(this.#folder, this.#began)) {
      try {
        records.push(await ActionRecord.open(this.#folder, id))
      } catch (error) {
        // The record is kept: a later version of this program may have written it.
        this.#log(`The record of an action, ${JSON.stringify(id)}, could not be read`, error)
      }
    }
    return records.sort((a, b) => b.about.startedAt - a.about.startedAt)
  }

  /** Removes the records that are too old or too many, with the values and branches that they keep. */
  async #removeOld(): Promise<void> {
    const ended = (await this.#records()).filter(
      ({ about: { state }, id }) => (state === 'done' || state === 'undone') && !this.#busy.has(id),
    )
    for (const [index, record] of ended.entries()) {
      if (index < MAX_RECORDS && Date.now() - record.about.startedAt < KEPT_FOR) continue
      await this.#tryToRemove(record)
    }
  }

  /** A record that cannot be removed now is tried again when old records are removed. */
  async #tryToRemove(record: ActionRecord): Promise<void> {
    try {
      await this.remove(record)
    } catch (error) {
      this.#log('The record of an action could not be removed', error)
    }
  }

  /** Removes a record, if the stacks that keep branches for it are open. */
  async remove(record: ActionRecord): Promise<void> {
    const { from, to = from } = record.about
    for await (const entry of record.entries()) {
      if (entry.type !== 'branch' || entry.way === 'move') continue
      const store = this.#storeOf(entry.way === 'aside' ? from : to)
      if (store === undefined) return
      const names = [entry.aside, record.id + entry.aside.slice(0, 8)].filter(name => name !== '')
      for (const aside of names) {
        await store.discardBranch({ aside })
        await rm(join(this.#aside, aside), { recursive: true, force: true })
      }
    }
    await record.remove()
  }

  #storeOf(source: Source): BinaryDatastore | undefined {
    return this.#sessions.find(source)?.store
  }
}

/** The number of keys, and of branches that were handled in one step, that an undo has to restore. */
async function stepsOf(record: ActionRecord): Promise<number> {
  let count = 0
  for await (const entry of record.entries()) {
    if (entry.type === 'outcomes') count += entry.outcomes.filter(one => 'etag' in one).length
    else if (entry.type === 'branchEnd') count += Number(entry.isDone)
  }
  return count
}

function idOf(data: unknown): string | undefined {
  return named.safeParse(data).data?.id
}

/** The store without recording: an action keeps its own record, and has one entry in the history. */
function storeOf({ history }: Session): BinaryDatastore {
  return history.unrecorded
}

function isOf({ about: { from, to } }: ActionRecord, source: Source): boolean {
  return [from, to].some(one => one !== undefined && placeOf(one) === placeOf(source))
}
