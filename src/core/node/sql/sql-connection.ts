import type { TlsSettings } from '../connect/tls.ts'
import type { ServerPlace } from '../connect/tunnel.ts'

/** A parameter of a statement. Bytes must not change until the answer has arrived. */
export type SqlValue = Uint8Array | string | number | null

/** A cell of a row. Its bytes belong to the receiver. */
export type SqlCell = Uint8Array | string | number | null

export interface SqlResult {
  readonly rows: readonly (readonly SqlCell[])[]
  /** The number of rows that a statement has written, or matched for an update. */
  readonly count: number
}

/** One connection to a server of SQL. A statement waits for those before it. */
export interface SqlConnection {
  /** The number by which the server identifies the connection. */
  readonly id: number
  /** The protocol of an encrypted connection. */
  readonly encryption: string | undefined
  /** Prepares a statement once for each connection and runs it. Errors are those of the client. */
  run(sql: string, values?: readonly SqlValue[]): Promise<SqlResult>
  /** Runs statements without parameters, several if they are divided by semicolons. */
  script(sql: string): Promise<void>
  /** @param listener Called once, when the connection has ended by itself. */
  onEnd(listener: (error: unknown) => void): void
  /** Ends it at once. Running statements fail. */
  destroy(): void
  /** Ends it after the running statements. */
  close(): Promise<void>
}

/** Everything that a client needs to connect. */
export interface ConnectionSettings {
  readonly place: ServerPlace
  readonly tls: TlsSettings | undefined
  readonly user: string
  readonly password: string | undefined
  readonly database: string | undefined
  /** The time limit of connecting and of a statement, in milliseconds. */
  readonly timeout: number
}
