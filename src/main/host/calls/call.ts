import type { z } from 'zod'
import type { Procedure } from '../../../shared/values.ts'
import type { Page } from '../page.ts'

/** The circumstances of one call. */
export interface Call {
  /** Fires when the page cancels the call or goes away. */
  readonly signal: AbortSignal
  readonly page: Page
}

export type Handler<P extends Procedure> = (
  input: z.output<P['input']>,
  call: Call,
) => Promise<z.output<P['output']>> | z.output<P['output']>

/** One handler for each of some procedures. */
export type HandlersOf<Procedures extends Readonly<Record<string, Procedure>>> = {
  readonly [Name in keyof Procedures]: Handler<Procedures[Name]>
}
