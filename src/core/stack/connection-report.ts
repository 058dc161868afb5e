/** One step of a connection test. */
export interface ConnectionStep {
  readonly name: 'reach' | 'encrypt' | 'sign-in' | 'server' | 'topology' | 'keys' | 'latency'
  readonly ok: boolean
  /** What was found, or why it failed. */
  readonly detail: string
}

/** What the user of a connection may do; `undefined` if unknown. */
export interface ConnectionRights {
  readonly read: boolean | undefined
  readonly write: boolean | undefined
  readonly delete: boolean | undefined
  /** Whether values can expire. */
  readonly expiry: boolean | undefined
  /** Whether changes by others are reported. */
  readonly liveChanges: boolean | undefined
}

/** Nothing is known. */
export const UNKNOWN_RIGHTS: ConnectionRights = {
  read: undefined,
  write: undefined,
  delete: undefined,
  expiry: undefined,
  liveChanges: undefined,
}

/** The result of testing a connection with the options of a document, and what the server is. It contains no secret. */
export interface ConnectionReport {
  readonly ok: boolean
  /** In the order in which they ran. A failed step is the last one. */
  readonly steps: readonly ConnectionStep[]
  readonly rights: ConnectionRights
}
