/** What an open node tells of the server or the data that it stands for. Nothing is set where all is well. */
export interface NodeStatus {
  /** Set while the server cannot be reached. The node tries again by itself. */
  readonly lost?: LostServer | undefined
  /** Set while the node finds out which keys there are. */
  readonly indexing?: Indexing | undefined
}

export interface LostServer {
  /** Milliseconds since 1970. */
  readonly since: number
  /** Names the server and what is wrong. It holds no secret. */
  readonly reason: string
}

export interface Indexing {
  /** Keys found so far. */
  readonly keys: number
  /** Keys in all, where that is known; they may come and go meanwhile. */
  readonly of?: number | undefined
}
