import { DatastoreError } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import type { UndoneInfo } from '../../../shared/procedures/history.ts'
import type { JobInfo, JobRequest } from '../../../shared/procedures/jobs.ts'
import { BadInputError, type Log } from '../calls/describe-failure.ts'
import type { OrderedEntry } from '../history/undo-order.ts'
import type { Broadcast } from '../host-parts.ts'
import type { ManyActions } from '../many/many-actions.ts'
import type { Session } from '../sessions/session.ts'
import { Job } from './job.ts'
import { countKeys, type JobWork, type TitledWork } from './job-work.ts'

const MAX_RUNNING = 32

/** The maximum number of ended jobs that are listed. */
const MAX_ENDED = 100

/** Long tasks that run in the background. */
export class Jobs {
  readonly #many: ManyActions
  readonly #broadcast: Broadcast
  readonly #log: Log
  readonly #jobs = new Map<string, Job>()
  #lastId = 0

  constructor(many: ManyActions, broadcast: Broadcast, log: Log) {
    this.#many = many
    this.#broadcast = broadcast
    this.#log = log
  }

  /** Running jobs and the most recently ended ones, in the order in which they were started. */
  get infos(): JobInfo[] {
    return [...this.#jobs.values()].map(job => job.info)
  }

  /** @throws BadInputError for a type of job that a page cannot start, or an invalid action. */
  start(session: Session, request: JobRequest): JobInfo {
    return this.begin(session, request, this.#workOf(session, request)).info
  }

  /**
   * Undoes or redoes a job, as a new job. If `signal` fires, the new job ends. What it did until then stays, and
   * another call continues with the rest.
   */
  async undo(
    session: Session,
    action: 'undo' | 'redo',
    { sequence: entry, title }: OrderedEntry,
    signal: AbortSignal,
  ): Promise<UndoneInfo> {
    // Assigned by `work`, which the constructor of the job starts.
    let undone!: Promise<UndoneInfo>
    const work: JobWork = async (_store, own, progress) => {
      const handled = (): void => progress.handledMany(1, 0)
      undone = session.history[action](entry, own, {
        handled,
        expect: total => progress.expect(total),
      })
      await undone
    }
    const verb = action === 'undo' ? 'Undo' : 'Redo'
    const job = this.begin(session, { type: 'undo', action, entry }, { title: `${verb} ${title}`, work })
    const stop = (): void => void job.cancel()
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    await job.ended
    signal.removeEventListener('abort', stop)
    return undone
  }

  /** Continues the jobs that a killed process left unfinished in the stack of a session. */
  async resume(session: Session): Promise<void> {
    for (const { request, ...job } of await this.#many.unfinished(session)) this.begin(session, request, job)
  }

  #workOf(session: Session, request: JobRequest): TitledWork {
    switch (request.type) {
      case 'previewMany':
        return this.#many.preview(session, request.action)
      case 'many':
        return this.#many.start(session, request)
      case 'undo':
      case 'putFiles':
        throw new BadInputError(`Cannot start a job of type "${request.type}" directly`)
      case 'count':
        return countKeys(Key.parse(request.prefix))
    }
  }

  /** Starts a job that does the given work. */
  begin(session: Session, request: JobRequest, { title, work }: TitledWork): Job {
    const running = [...this.#jobs.values()].filter(job => job.isRunning)
    if (running.length >= MAX_RUNNING) {
      throw new DatastoreError(
        'CONFLICT',
        `Cannot start a job: ${MAX_RUNNING} jobs are running, wait for one to end`,
      )
    }
    const id = `job-${++this.#lastId}`
    const report = (info: JobInfo): void => this.#broadcast('jobChanged', info)
    const job = new Job({ id, session, request, title, work, report, log: this.#log })
    this.#jobs.set(id, job)
    this.#forgetOld()
    return job
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
