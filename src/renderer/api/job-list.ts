import type { JobInfo, JobRequest } from '../../shared/procedures/jobs.ts'
import type { Client } from './client.ts'
import { type LiveValue, liveValue } from './live-value.ts'

/**
 * The host's jobs, newest first. Whoever waits for a job reads it here: an event about a job may arrive before the
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

/** A job only advances, so that two states of one job are in order whichever arrives first. */
function later(known: JobInfo, job: JobInfo): JobInfo {
  if (known.state !== 'running') return known
  return job.state !== 'running' || job.done >= known.done ? job : known
}
