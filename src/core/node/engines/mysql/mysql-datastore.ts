import { Datastore } from '../../../open/datastore.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import { openSql } from '../../sql/open-sql.ts'
import type { SqlOptions } from '../../sql/options.ts'
import { mysqlDialect } from './dialect.ts'

/** How a table of a MySQL or MariaDB server is opened. */
export type MysqlOptions = SqlOptions

/** Bytes in a table of a MySQL server (8 or later) or a MariaDB server (10.3 or later). Needs the package `mysql2`. */
export class MysqlDatastore extends Datastore {
  /**
   * Connects to a server and opens a table.
   * @throws DatastoreError `CONFIG_INVALID` if there is no such table, it cannot be shown, or the package is missing;
   * `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
   */
  static async open(options: MysqlOptions, context: ProgramContext = {}): Promise<MysqlDatastore> {
    return new MysqlDatastore(await openSql(mysqlDialect, options, serverContextOf(context)))
  }
}
