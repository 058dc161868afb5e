import type { EventName, EventValue } from '../../shared/events.ts'
import type { Streams } from './transfers/streams.ts'
import type { Uploads } from './transfers/uploads.ts'

/** One page that is connected: what it has open, and the way to tell it something. */
export interface Page {
  readonly streams: Streams
  readonly uploads: Uploads
  emit<Name extends EventName>(name: Name, value: EventValue<Name>): void
}

/** Tells every page, but for one that knows already. */
export type Broadcast = <Name extends EventName>(name: Name, value: EventValue<Name>, except?: Page) => void
