import { Emitter } from '../../core/concurrency/emitter.ts'
import type { JobInfo, JobRequest } from '../../shared/procedures/jobs.ts'
import type { SessionInfo } from '../../shared/procedures/sessions.ts'
import type { WorkspaceState } from '../../shared/procedures/workspace.ts'
import type { Client } from './client.ts'
import { createHistories, type Histories } from './histories.ts'

/** The host's state, kept current by its events. */
export interface HostState {
  readonly sessions: LiveValue<readonly SessionInfo[]>
  /** The session that was last requested from outside the page. */
  readonly shown: LiveValue<string>
  readonly workspace: LiveValue<WorkspaceState>
  readonly jobs: JobList
  readonly histories: Histories
  /** Loads everything again: at the start, and after a lost connection. */
  load(): Promise<void>
}

export function createHostState(client: Client): HostState {
  const sessions = liveValue<readonly SessionInfo[]>()
  const shown = liveValue<string>()
  const workspace = liveValue<WorkspaceState>()
  const jobs = createJobList(client)
  const histories = createHistories(client)
  let changes = 0
  client.on('sessionsChanged', value => {
    changes++
    sessions.set(value.sessions)
  })
  client.on('sessionStatusChanged', ({ session, status }) => {
    changes++
    sessions.set((sessions.get() ?? []).map(known => (known.id === session ? { ...known, status } : known)))
  })
  client.on('workspaceChanged', value => {
    changes++
    workspace.set(value)
  })
  client.on('sessionShown', ({ session }) => shown.set(session))

  async function load(): Promise<void> {
    const seen = changes
    const [{ sessions: open }, kept] = await Promise.all([
      client.call('sessions.list', {}),
      client.call('workspace.get', {}),
    ])
    // An event that came before the replies may be newer than they are.
    if (changes !== seen) return load()
    sessions.set(open)
    workspace.set(kept)
  }

  return {
    sessions,
    shown,
    workspace,
    jobs,
    histories,
    async load() {
      await Promise.all([load(), jobs.load(), histories.reload()])
    },
  }
}

/**
 * The host's jobs, newest first. Code that waits for a job reads it here: an event about a job may arrive before the
 * reply that names the job, and is not repeated.
 */
export interface JobList extends LiveValue<readonly JobInfo[]> {
  /** Starts a job. It is in the list when the promise resolves. */
  start(session: string, request: JobRequest): Promise<JobInfo>
  /** Resolves once the job has stopped. */
  cancel(id: string): Promise<void>
  /** Replaces the list by the host's. */
  load(): Promise<void>
}

export function createJobList(client: Client): JobList {
  const jobs = liveValue<readonly JobInfo[]>()
  const { get, subscribe } = jobs
  const add = (job: JobInfo): void => jobs.set(withJob(get() ?? [], job))
  let changes = 0
  client.on('jobChanged', job => {
    changes++
    add(job)
  })
  return {
    get,
    subscribe,
    async start(session, request) {
      const job = await client.call('jobs.start', { session, request })
      add(job)
      return job
    },
    async cancel(id) {
      add(await client.call('jobs.cancel', { job: id }))
    },
    async load() {
      const seen = changes
      const { jobs: all } = await client.call('jobs.list', {})
      // An event that came before the reply may be newer than the reply, and may name a job that the reply lacks.
      if (changes !== seen) return this.load()
      jobs.set(all.reduce(withJob, []))
    },
  }
}

/** The list with `job` in it once, in its latest known state, newest job first. */
export function withJob(jobs: readonly JobInfo[], job: JobInfo): readonly JobInfo[] {
  const known = jobs.find(({ id }) => id === job.id)
  const others = jobs.filter(({ id }) => id !== job.id)
  const latest = known === undefined ? job : later(known, job)
  return [...others, latest].sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
}

/** A job only advances, so two states of one job can be ordered whichever arrives first. */
function later(known: JobInfo, job: JobInfo): JobInfo {
  if (known.state !== 'running') return known
  return job.state !== 'running' || job.done >= known.done ? job : known
}

/** State that the host owns, as last reported to the page. Fits `useSyncExternalStore`. */
export interface LiveValue<T> {
  /** `undefined` until the first answer. */
  readonly get: () => T | undefined
  readonly subscribe: (listener: () => void) => () => void
}

interface SettableLiveValue<T> extends LiveValue<T> {
  set(value: T): void
}

function liveValue<T>(): SettableLiveValue<T> {
  let current: T | undefined
  const changed = new Emitter()
  return {
    get: () => current,
    subscribe: changed.subscribe,
    set(value) {
      current = value
      changed.emit()
    },
  }
}
