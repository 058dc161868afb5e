import type { Registry } from '../../core/stack/registry.ts'
import type { EventName, EventValue } from '../../shared/events.ts'
import type { FollowedReads } from './connection.ts'
import type { JournalFolders } from './history/journal-folders.ts'
import type { HostOptions } from './host.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { EvaluatorPool } from './query/evaluator-pool.ts'
import type { Queries } from './query/queries.ts'
import type { Searches } from './search/searches.ts'
import type { Secrets } from './secrets/secrets.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { FileDrops } from './transfers/file-drops.ts'
import type { Streams } from './transfers/streams.ts'
import type { Uploads } from './transfers/uploads.ts'
import type { ValueWorker } from './values/value-worker.ts'
import type { PageStorage } from './workspace/page-storage.ts'
import type { Workspace } from './workspace/workspace.ts'

/** The collaborators of handlers. */
export interface HostParts {
  readonly options: HostOptions
  /** The kinds that stacks can consist of. */
  readonly registry: Registry
  readonly sessions: Sessions
  readonly jobs: Jobs
  readonly workspace: Workspace
  readonly journals: JournalFolders
  readonly storage: PageStorage
  readonly secrets: Secrets
  readonly evaluators: EvaluatorPool
  readonly values: ValueWorker
  readonly broadcast: Broadcast
  /** The session that pages show first. */
  readonly first: () => string | undefined
  /** Stack files that pages open in the stack editor. */
  readonly corrections: () => string[]
}

/** What a shell reports about a page that it connects. */
export interface PageFacts {
  /** The token that the page must send from now on. */
  readonly token?: string | undefined
}

/** One connected page: what it has open, and how to send it an event. */
export interface Page {
  readonly about: PageFacts
  readonly streams: Streams
  readonly uploads: Uploads
  readonly drops: FileDrops
  readonly searches: Searches
  readonly queries: Queries
  readonly reads: FollowedReads
  emit<Name extends EventName>(name: Name, value: EventValue<Name>): void
}

/** Sends an event to every page, except the one that caused it. */
export type Broadcast = <Name extends EventName>(name: Name, value: EventValue<Name>, except?: Page) => void
