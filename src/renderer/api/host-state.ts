import type { JobInfo } from '../../shared/procedures/jobs.ts'
import type { SessionInfo } from '../../shared/procedures/sessions.ts'
import type { WorkspaceState } from '../../shared/procedures/workspace.ts'
import type { Client } from './client.ts'
import { type LiveValue, liveValue } from './live-value.ts'

/** What the host says about itself, kept current by its events. */
export interface HostState {
  readonly sessions: LiveValue<readonly SessionInfo[]>
  readonly workspace: LiveValue<WorkspaceState>
  /** Newest first. */
  readonly jobs: LiveValue<readonly JobInfo[]>
  /** Asks for everything anew: at the start, and after a time without connection. */
  load(): Promise<void>
}

export function createHostState(client: Client): HostState {
  const sessions = liveValue<readonly SessionInfo[]>()
  const workspace = liveValue<WorkspaceState>()
  const jobs = liveValue<readonly JobInfo[]>()
  client.on('sessionsChanged', value => sessions.set(value.sessions))
  client.on('workspaceChanged', value => workspace.set(value))
  client.on('jobChanged', job => jobs.set(withJob(jobs.get() ?? [], job)))
  return {
    sessions,
    workspace,
    jobs,
    async load() {
      await Promise.all([
        client.call('sessions.list', {}).then(value => sessions.set(value.sessions)),
        client.call('workspace.get', {}).then(value => workspace.set(value)),
        client.call('jobs.list', {}).then(value => jobs.set(value.jobs.reduce(withJob, []))),
      ])
    },
  }
}

/** The list with `job` in it once, newest first. */
export function withJob(jobs: readonly JobInfo[], job: JobInfo): readonly JobInfo[] {
  const others = jobs.filter(other => other.id !== job.id)
  return [...others, job].sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
}
