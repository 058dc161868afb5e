import type { EventName, EventValue } from '../../shared/events.ts'
import type { Streams } from './transfers/streams.ts'
import type { Uploads } from './transfers/uploads.ts'

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
  emit<Name extends EventName>(name: Name, value: EventValue<Name>): void
}

/** Tells every page, but for one that knows already. */
export type Broadcast = <Name extends EventName>(name: Name, value: EventValue<Name>, except?: Page) => void
