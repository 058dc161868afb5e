import { orAbort } from '../../../core/concurrency/abortable.ts'
import type { BinaryDatastore, Stat } from '../../../core/datastore.ts'
import { failure } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import type { JobInfo, JobRequest } from '../../../shared/procedures/jobs.ts'
import type { Job } from '../jobs/job.ts'
import type { JobProgress } from '../jobs/job-work.ts'
import type { Session } from '../sessions/session.ts'
import { OpenTransfers, type Transfer, TransferLife } from './open-transfers.ts'
import { putOptionsOf, statOfWrite, type WriteRules } from './write-version.ts'

const MAX_DROPS = 8

/** Milliseconds that a drop may be idle: the page may read its next file from a slow disk. */
const IDLE_LIMIT = 120_000

type PutFiles = Extract<JobRequest, { readonly type: 'putFiles' }>

/** The drops of one page. */
export class FileDrops {
  readonly #open = new OpenTransfers<FileDrop>('drop', MAX_DROPS)
  readonly #idleLimit: number

  constructor(idleLimit = IDLE_LIMIT) {
    this.#idleLimit = idleLimit
  }

  /** @param begin Begins the job of the drop. */
  open(session: Session, request: PutFiles, begin: BeginFiles): Promise<{ readonly id: string }> {
    return this.#open.add(async () => new FileDrop(session, request, begin, this.#idleLimit))
  }

  get(id: string): FileDrop {
    return this.#open.get(id)
  }

  /**
   * Ends a drop. Call when all its files were put, or its job was cancelled.
   * @returns The job of the drop.
   */
  async close(id: string): Promise<JobInfo> {
    const drop = this.#open.get(id)
    this.#open.remove(id)
    await drop.end()
    return drop.info
  }

  endAll(): Promise<void> {
    return this.#open.endAll()
  }
}

type FilesWork = (store: BinaryDatastore, signal: AbortSignal, progress: JobProgress) => Promise<void>
export type BeginFiles = (session: Session, request: PutFiles, work: FilesWork) => Job

interface Running {
  readonly store: BinaryDatastore
  readonly progress: JobProgress
}

/** Files that a page puts into a branch together: one job, and one entry of the history. */
export class FileDrop implements Transfer {
  readonly #job: Job
  readonly #life: TransferLife
  readonly #running: Promise<Running>

  constructor(session: Session, request: PutFiles, begin: BeginFiles, idleLimit: number) {
    let start: (running: Running) => void = () => undefined
    const running = new Promise<Running>(resolve => {
      start = resolve
    })
    this.#job = begin(session, request, async (store, signal, progress) => {
      progress.expect(request.files)
      start({ store, progress })
      await orAbort(this.#ended(), signal, 'put files')
    })
    // Created after the job, because beginning the job may fail.
    this.#life = new TransferLife(session.closing, idleLimit, () => void this.end())
    this.#running = Promise.race([running, this.#job.ended.then(() => this.#refuse(undefined))])
    // The failure is reported to the next put.
    this.#running.catch(() => undefined)
  }

  get info(): JobInfo {
    return this.#job.info
  }

  get isEnded(): boolean {
    return this.#life.isOver
  }

  /** The store that the files of the drop are put into, which records them as parts of one entry. */
  async storeOf(key: Key): Promise<BinaryDatastore> {
    this.#life.use()
    const { store } = await this.#running
    return this.#job.isRunning ? store : this.#refuse(key)
  }

  /** Call when a file of this many bytes was put. */
  async handled(bytes: number): Promise<void> {
    this.#life.use()
    const { progress } = await this.#running
    progress.handled(bytes)
  }

  async put(key: Key, bytes: Uint8Array, rules: WriteRules, signal: AbortSignal): Promise<Stat> {
    const store = await this.storeOf(key)
    const options = await putOptionsOf(store, key, rules, signal)
    const result = await store.put(key, bytes, { ...options, signal })
    await this.handled(bytes.length)
    return statOfWrite(store, key, result, bytes.length)
  }

  async end(): Promise<void> {
    this.#life.finish()
    await this.#job.ended
  }

  #ended(): Promise<void> {
    const { signal } = this.#life
    return new Promise(resolve => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  #refuse(key: Key | undefined): never {
    throw failure('CLOSED', 'put', key, 'the job that puts the files has ended')
  }
}
