import type { Registry } from '../../core/stack/registry.ts'
import type { HostOptions } from './host.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Broadcast } from './page.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { PageStorage } from './workspace/page-storage.ts'
import type { Workspace } from './workspace/workspace.ts'

/** What handlers work with. */
export interface HostParts {
  readonly options: HostOptions
  /** The kinds that stacks may be made of. */
  readonly registry: Registry
  readonly sessions: Sessions
  readonly jobs: Jobs
  readonly workspace: Workspace
  readonly storage: PageStorage
  readonly broadcast: Broadcast
  /** The session that pages show first. */
  readonly first: () => string | undefined
  /** Stack files that pages open in their editor. */
  readonly corrections: () => string[]
}
