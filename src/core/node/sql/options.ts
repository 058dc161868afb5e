// In a file of its own, so that programs that import these types do not need the types of a client.
import type { SecretReference } from '../../stack/secret.ts'
import type { ConnectionOptions } from '../connect/connection-options.ts'
import type { KeyLayoutOptions } from '../engines/key-layout.ts'

/** How a server of SQL is reached, as documents describe it. */
export interface SqlServerOptions extends ConnectionOptions {
  /** `postgres://host:5432/database`, `mysql://host:3306/database`. It must not contain a password. */
  readonly url: string
  /** The user to sign in as. Default: the user in the address, or that of the system. */
  readonly user?: string | undefined
  /** The secret with the password of the user. */
  readonly password?: SecretReference | undefined
  /** The name of the database. Default: that in the address. */
  readonly database?: string | undefined
  /** The maximum number of connections. Default 10. */
  readonly connections?: number | undefined
}

/** How a table of a server is opened. */
export interface SqlOptions extends SqlServerOptions, KeyLayoutOptions {
  /** PostgreSQL: the schema of the table. Default: the first one of the search path. */
  readonly schema?: string | undefined
  /** Default: the table `kv` of Strata, or the only table, or `blocks` of go-ds-sql. */
  readonly table?: string | undefined
  /** For a table of another program: the columns of the key; several are its segments. Default: its primary key. */
  readonly keyColumns?: readonly string[] | undefined
  /** For a table of another program. Default: `data`, `value`, or the only other column. */
  readonly valueColumn?: string | undefined
  /** Refuse every write with `READ_ONLY`. Default false. */
  readonly readOnly?: boolean | undefined
  /** Create the table if it is missing. Default true. */
  readonly create?: boolean | undefined
}
