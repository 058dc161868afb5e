import { setMaxListeners } from 'node:events'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import type { JobInfo, JobRequest } from '../../../shared/procedures/jobs.ts'
import type { ManyPreview, ManyResult } from '../../../shared/procedures/many.ts'
import { describeFailure, type Log } from '../calls/describe-failure.ts'
import { Coalesced } from '../coalesced.ts'
import type { Session } from '../sessions/session.ts'
import type { JobProgress, JobWork } from './job-work.ts'

/** Milliseconds between two reports of one job. */
const REPORT_INTERVAL = 100

const RECORDED_HERE: ReadonlySet<JobRequest['type']> = new Set(['putFiles'])

export interface JobOptions {
  readonly id: string
  readonly session: Session
  readonly request: JobRequest
  readonly title: string
  readonly work: JobWork
  readonly report: (info: JobInfo) => void
  readonly log: Log
}

/** One long task in one session. Starts immediately; ends with the session at the latest. */
export class Job {
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>
  readonly #reports: Coalesced
  #info: JobInfo

  constructor({ id, session, request, title, work, report, log }: JobOptions) {
    this.#info = {
      id,
      session: session.id,
      request,
      title,
      state: 'running',
      done: 0,
      bytes: 0,
      startedAt: Date.now(),
    }
    this.#reports = new Coalesced(REPORT_INTERVAL, () => report(this.#info))
    const signal = AbortSignal.any([this.#stop.signal, session.closing])
    // Each concurrent call of the task adds a listener. Node would warn of a leak at eleven listeners.
    setMaxListeners(0, signal)
    const progress = this.#progress()
    // An action on many keys begins its own entry. Other jobs change nothing, or are recorded here.
    const isRecordedHere = RECORDED_HERE.has(request.type)
    const run = isRecordedHere
      ? () => this.#recorded(session, title, store => work(store, signal, progress))
      : () => work(session.store, signal, progress)
    this.#ended = this.#run(run, signal, log)
    this.#reports.request()
  }

  get info(): JobInfo {
    return this.#info
  }

  get isRunning(): boolean {
    return this.#info.state === 'running'
  }

  /** Resolves once the job has stopped. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** Resolves once the job has stopped. */
  cancel(): Promise<void> {
    this.#stop.abort()
    return this.#ended
  }

  /** Runs work that changes keys, as one entry of the history. */
  async #recorded(
    { history }: Session,
    title: string,
    work: (store: BinaryDatastore) => Promise<void>,
  ): Promise<void> {
    const group = await history.begin({ title: title.slice(0, 1).toLowerCase() + title.slice(1) })
    try {
      await work(group.store)
    } finally {
      const isEmpty = this.#info.done === 0
      await group.end({ isEmpty })
      if (!isEmpty) this.#update({ entry: group.entry })
    }
  }

  async #run(work: () => Promise<void>, signal: AbortSignal, log: Log): Promise<void> {
    try {
      await work()
      this.#update({ state: 'done', endedAt: Date.now() })
    } catch (error) {
      if (signal.aborted) this.#update({ state: 'cancelled', endedAt: Date.now() })
      else this.#update({ state: 'failed', endedAt: Date.now(), error: describeFailure(error, log) })
    }
    this.#reports.flush()
  }

  #progress(): JobProgress {
    return {
      handled: (bytes: number) =>
        this.#update({ done: this.#info.done + 1, bytes: this.#info.bytes + bytes }),
      handledMany: (keys: number, bytes: number) =>
        this.#update({ done: this.#info.done + keys, bytes: this.#info.bytes + bytes }),
      preview: (preview: ManyPreview) => this.#update({ preview }),
      result: (result: ManyResult) => this.#update({ result }),
      expect: (total: number) => this.#update({ total }),
    }
  }

  #update(changes: Partial<JobInfo>): void {
    this.#info = { ...this.#info, ...changes }
    this.#reports.request()
  }
}
