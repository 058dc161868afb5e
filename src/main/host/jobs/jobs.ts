import { DatastoreError } from '../../../core/errors.ts'
import type { JobInfo, JobRequest } from '../../../shared/procedures/jobs.ts'
import type { Log } from '../calls/describe-failure.ts'
import type { Broadcast } from '../host-parts.ts'
import type { Session } from '../sessions/session.ts'
import { Job } from './job.ts'
import { workOf } from './run-job.ts'

const MAX_RUNNING = 32

/** Jobs that have ended and are still told of. */
const MAX_ENDED = 100

/** Long work that goes on without anyone waiting for it. */
export class Jobs {
  readonly #broadcast: Broadcast
  readonly #log: Log
  readonly #jobs = new Map<string, Job>()
  #lastId = 0

  constructor(broadcast: Broadcast, log: Log) {
    this.#broadcast = broadcast
    this.#log = log
  }

  /** Those that run and the latest that ended, in the order they were started. */
  get infos(): JobInfo[] {
    return [...this.#jobs.values()].map(job => job.info)
  }

  start(session: Session, request: JobRequest): JobInfo {
    const { title, work } = workOf(request)
    const running = [...this.#jobs.values()].filter(job => job.isRunning)
    if (running.length >= MAX_RUNNING) {
      throw new DatastoreError(
        'CONFLICT',
        `Cannot start a job: ${MAX_RUNNING} are running, wait for one to end`,
      )
    }
    const id = `job-${++this.#lastId}`
    const report = (info: JobInfo): void => this.#broadcast('jobChanged', info)
    const job = new Job({ id, session, request, title, work, report, log: this.#log })
    this.#jobs.set(id, job)
    this.#forgetOld()
    return job.info
  }

  /** Resolves once the job has stopped. */
  async cancel(id: string): Promise<JobInfo> {
    const job = this.#jobs.get(id)
    if (job === undefined) {
      throw new DatastoreError('NOT_FOUND', `Cannot cancel job ${JSON.stringify(id)}: there is no such job`)
    }
    await job.cancel()
    return job.info
  }

  async cancelAll(): Promise<void> {
    await Promise.all([...this.#jobs.values()].map(job => job.cancel()))
  }

  #forgetOld(): void {
    const ended = [...this.#jobs].filter(([, job]) => !job.isRunning)
    for (const [id] of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) this.#jobs.delete(id)
  }
}
