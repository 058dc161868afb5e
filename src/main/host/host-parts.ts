import type { HostOptions } from './host.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { Workspace } from './workspace/workspace.ts'

/** What handlers work with. */
export interface HostParts {
  readonly options: HostOptions
  readonly sessions: Sessions
  readonly jobs: Jobs
  readonly workspace: Workspace
  /** The session that pages show first. */
  readonly first: () => string | undefined
}
