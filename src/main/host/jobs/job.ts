import { setMaxListeners } from 'node:events'
import type { JobInfo, JobRequest } from '../../../shared/procedures/jobs.ts'
import { describeFailure, type Log } from '../calls/describe-failure.ts'
import { Coalesced } from '../coalesced.ts'
import type { Session } from '../sessions/session.ts'
import type { JobProgress, JobWork } from './run-job.ts'

/** Milliseconds between two reports of one job. */
const REPORT_INTERVAL = 100

export interface JobOptions {
  readonly id: string
  readonly session: Session
  readonly request: JobRequest
  readonly title: string
  readonly work: JobWork
  readonly report: (info: JobInfo) => void
  readonly log: Log
}

/** One piece of long work in one session. Begins at once; ends with the session at the latest. */
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
    // As many calls listen at once as the work makes at once; Node would take eleven for a leak.
    setMaxListeners(0, signal)
    this.#ended = this.#run(
      () =>
        work(
          session.store,
          signal,
          this.#progress(branch => session.levels.recheck(branch)),
        ),
      signal,
      log,
    )
    this.#reports.request()
  }

  get info(): JobInfo {
    return this.#info
  }

  get isRunning(): boolean {
    return this.#info.state === 'running'
  }

  /** Resolves once it has stopped, or at once when it has ended by itself. */
  cancel(): Promise<void> {
    this.#stop.abort()
    return this.#ended
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

  #progress(pruned: JobProgress['pruned']) {
    return {
      handled: (bytes: number) =>
        this.#update({ done: this.#info.done + 1, bytes: this.#info.bytes + bytes }),
      expect: (total: number) => this.#update({ total }),
      pruned,
    }
  }

  #update(changes: Partial<JobInfo>): void {
    this.#info = { ...this.#info, ...changes }
    this.#reports.request()
  }
}
