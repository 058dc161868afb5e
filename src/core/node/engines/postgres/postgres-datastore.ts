import { Datastore } from '../../../open/datastore.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import { openSql } from '../../sql/open-sql.ts'
import type { SqlOptions } from '../../sql/options.ts'
import { postgresDialect } from './dialect.ts'
import { followTable } from './table-changes.ts'

/** How a table of a PostgreSQL server is opened. */
export type PostgresOptions = SqlOptions

/** Bytes in a table of a PostgreSQL server (12 or later). Needs the package `pg`. */
export class PostgresDatastore extends Datastore {
  /**
   * Connects to a server and opens a table.
   * @throws DatastoreError `CONFIG_INVALID` if there is no such table, it cannot be shown, or the package is missing;
   * `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
   */
  static async open(options: PostgresOptions, context: ProgramContext = {}): Promise<PostgresDatastore> {
    return new PostgresDatastore(
      await openSql(postgresDialect, options, serverContextOf(context), followTable),
    )
  }
}
