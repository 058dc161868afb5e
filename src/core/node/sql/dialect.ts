import type { ErrorCode } from '../../errors.ts'
import type { ConnectionSettings, SqlConnection } from './sql-connection.ts'
import type { Column, SqlTable, TableFacts } from './table.ts'

/** Properties of a server and of the user on it. */
export interface SqlFacts {
  /** `PostgreSQL 15.18`. */
  readonly version: string
  /** Identifies the database, from any client; `undefined` if the server does not report it. */
  readonly id: string | undefined
  readonly database: string
  readonly user: string
  readonly isReplica: boolean
  /** The session takes no writes. */
  readonly isReadOnly: boolean
  /** Every write is on the device once it is answered. */
  readonly isDurable: boolean
  /** Whether text columns hold UTF-8. */
  readonly isUtf8: boolean
  /** The maximum number of bytes of a value. */
  readonly valueBytes: number
  /** The clock of the server, in milliseconds since 1970. */
  readonly time: number
}

export interface TableRights {
  readonly read: boolean
  readonly write: boolean
  readonly delete: boolean
}

/** The differences between servers of SQL. */
export interface SqlDialect {
  readonly kind: 'postgres' | 'mysql'
  /** `a PostgreSQL store`. */
  readonly what: string
  /** The package with the client. */
  readonly client: string
  readonly protocols: readonly string[]
  readonly port: number
  /** How the address of a server asks for encryption: `sslmode` and its values. */
  readonly encryption: {
    readonly parameter: string
    readonly on: readonly string[]
    readonly off: readonly string[]
  }
  /** Loads the client. */
  readonly load: () => Promise<(settings: ConnectionSettings) => Promise<SqlConnection>>

  /** A name, quoted. */
  readonly quoted: (name: string) => string
  /** The parameter with a number, beginning with 1. */
  readonly parameter: (index: number) => string
  /** The bytes of a column of any type. */
  readonly bytesOf: (column: string, type: Column['type']) => string
  /** The number of bytes of such an expression. */
  readonly lengthOf: (bytes: string) => string
  /** A part of such an expression, from a position that begins with 0. */
  readonly partOf: (bytes: string, start: string, length: string) => string
  /** Whether `upsert` replaces the row with the same key, and never one that is the same for another index. */
  readonly replacesByKey: boolean
  /** Inserts rows, or replaces the columns of those with their keys. @param rows In parentheses, divided by commas. */
  readonly upsert: (
    table: string,
    columns: readonly string[],
    keys: readonly string[],
    rows: string,
  ) => string
  /** Inserts a row unless one has its key, in which case nothing is counted. @param row In parentheses. */
  readonly insert: (table: string, columns: readonly string[], row: string) => string
  /**
   * A statement that waits at most a second for what others have locked, and then fails; `undefined` if the server
   * cannot limit the wait of one statement.
   */
  readonly briefly: (sql: string, facts: SqlFacts) => string | undefined
  /** Removes at most a thousand rows that match. */
  readonly purge: (table: string, condition: string) => string
  /** Creates a table if there is none: our own, or one for layout `path`. */
  readonly create: (table: SqlTable) => string
  /** Begins a transaction in which checks hold until its end. */
  readonly begin: string
  /** Keeps other writers from the table, if rows that are read are not protected otherwise. */
  readonly lock: (table: string) => string | undefined
  /** Added to a read, so that what it has read stays as it is until the end of the transaction. */
  readonly forUpdate: string

  /** The meaning of an error of the server or its client; `undefined` for one that has none. */
  readonly meaningOf: (error: unknown) => readonly [ErrorCode, string] | undefined
  /** Whether a row has the same key. */
  readonly isDuplicate: (error: unknown) => boolean
  /** Whether a transaction failed because of others, so that it may succeed when it is repeated. */
  readonly isConflict: (error: unknown) => boolean

  readonly factsOf: (connection: SqlConnection) => Promise<SqlFacts>
  /** The tables of a schema, or the one that is named. */
  readonly tablesOf: (
    connection: SqlConnection,
    wanted: { readonly schema?: string | undefined; readonly table?: string | undefined },
  ) => Promise<readonly TableFacts[]>
  readonly rightsOn: (connection: SqlConnection, table: SqlTable) => Promise<TableRights>
  /** The approximate number of rows, which is -1 or 0 if it is unknown. */
  readonly estimate: (connection: SqlConnection, table: SqlTable) => Promise<number>
}
