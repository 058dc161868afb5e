import type { SessionInfo } from '../../shared/procedures/sessions.ts'
import type { WorkspaceState } from '../../shared/procedures/workspace.ts'
import type { Client } from './client.ts'
import { createJobList, type JobList } from './job-list.ts'
import { type LiveValue, liveValue } from './live-value.ts'

/** What the host says about itself, kept current by its events. */
export interface HostState {
  readonly sessions: LiveValue<readonly SessionInfo[]>
  /** The session that was last asked for from outside of the page. */
  readonly shown: LiveValue<string>
  readonly workspace: LiveValue<WorkspaceState>
  readonly jobs: JobList
  /** Asks for everything anew: at the start, and after a time without connection. */
  load(): Promise<void>
}

export function createHostState(client: Client): HostState {
  const sessions = liveValue<readonly SessionInfo[]>()
  const shown = liveValue<string>()
  const workspace = liveValue<WorkspaceState>()
  const jobs = createJobList(client)
  let changes = 0
  client.on('sessionsChanged', value => {
    changes++
    sessions.set(value.sessions)
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
    async load() {
      await Promise.all([load(), jobs.load()])
    },
  }
}
