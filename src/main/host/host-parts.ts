import type { Registry } from '../../core/stack/registry.ts'
import type { EventName, EventValue } from '../../shared/events.ts'
import type { HostOptions } from './host.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Searches } from './search/searches.ts'
import type { Secrets } from './secrets/secrets.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { Streams } from './transfers/streams.ts'
import type { Uploads } from './transfers/uploads.ts'
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
  readonly secrets: Secrets
  readonly broadcast: Broadcast
  /** The session that pages show first. */
  readonly first: () => string | undefined
  /** Stack files that pages open in their editor. */
  readonly corrections: () => string[]
}

/** What a shell knows of a page that it connects. */
export interface PageFacts {
  /** The token that the page has to come with from now on. */
  readonly token?: string | undefined
}

/** One page that is connected: what it has open, and the way to tell it something. */
export interface Page {
  readonly about: PageFacts
  readonly streams: Streams
  readonly uploads: Uploads
  readonly searches: Searches
  emit<Name extends EventName>(name: Name, value: EventValue<Name>): void
}

/** Tells every page, but for one that knows already. */
export type Broadcast = <Name extends EventName>(name: Name, value: EventValue<Name>, except?: Page) => void
