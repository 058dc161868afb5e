/** What an open node reports about its server or data. Empty if all is well. */
export interface NodeStatus {
  /** Set while the server is unreachable. The node reconnects by itself. */
  readonly lost?: LostServer | undefined
  /** Set while the node builds its index of keys. */
  readonly indexing?: Indexing | undefined
}

export interface LostServer {
  /** Milliseconds since 1970. */
  readonly since: number
  /** Names the server and the problem. It contains no secret. */
  readonly reason: string
}

export interface Indexing {
  /** Keys found so far. */
  readonly keys: number
  /** The total number of keys, if known. It may change in the meantime. */
  readonly of?: number | undefined
}
