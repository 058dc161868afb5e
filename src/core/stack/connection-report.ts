/** What the test of a connection came to, step by step. */
export interface ConnectionStep {
  readonly name: 'reach' | 'encrypt' | 'sign-in' | 'server' | 'topology' | 'keys' | 'latency'
  readonly ok: boolean
  /** In words: what was found, or why it failed. */
  readonly detail: string
}

/** What the user of a connection may do; `undefined` where that could not be found out. */
export interface ConnectionRights {
  readonly read: boolean | undefined
  readonly write: boolean | undefined
  readonly delete: boolean | undefined
  /** Values that expire. */
  readonly expiry: boolean | undefined
  /** Changes of others are told. */
  readonly liveChanges: boolean | undefined
}

/** Nothing was found out. */
export const UNKNOWN_RIGHTS: ConnectionRights = {
  read: undefined,
  write: undefined,
  delete: undefined,
  expiry: undefined,
  liveChanges: undefined,
}

/** Whether a server can be used as a document says, and what it is. It holds no secret. */
export interface ConnectionReport {
  readonly ok: boolean
  /** In the order in which they were made. After one that failed there are no more. */
  readonly steps: readonly ConnectionStep[]
  readonly rights: ConnectionRights
}
