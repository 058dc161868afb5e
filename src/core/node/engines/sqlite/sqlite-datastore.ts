import { Datastore } from '../../../open/datastore.ts'
import { openOrdered } from '../../../ordered/open-ordered.ts'
import type { OrderedStore } from '../../../ordered/ordered-store.ts'
import { type KeyLayoutOptions, layoutOptionsOf } from '../key-layout.ts'
import { openSqlite } from './open-sqlite.ts'

/** How an SQLite database is opened. */
export interface SqliteOptions extends KeyLayoutOptions {
  /** Default: the table `kv` of Strata, or the only table, or `blocks` of go-ds-sql. */
  readonly table?: string | undefined
  /** For a table of another program. Default: its primary key. */
  readonly keyColumn?: string | undefined
  /** For a table of another program. Default: `data`, `value`, or the only other column. */
  readonly valueColumn?: string | undefined
  /** Refuse every write with `READ_ONLY`. Default false. */
  readonly readOnly?: boolean | undefined
  /** Create the file, or the table, if it is missing. Default true. */
  readonly create?: boolean | undefined
  /** What a put waits for. `none` (default): the system's memory. `full`: the device. */
  readonly durability?: 'none' | 'full' | undefined
}

/**
 * Bytes in a table of an SQLite database that other programs may have open as well. Needs Node 22.13, or the package
 * `@photostructure/sqlite`.
 */
export class SqliteDatastore extends Datastore {
  private constructor(store: OrderedStore) {
    super(store)
  }

  /**
   * Opens a table of a database.
   * @throws DatastoreError `CONFIG_INVALID` if there is no such file or table, the table cannot be shown, or the
   * package is missing; `TIMEOUT` if another program keeps it locked; `ACCESS_DENIED`, `CORRUPT`, `IO`
   */
  static async open(path: string, options: SqliteOptions = {}): Promise<SqliteDatastore> {
    const { readOnly = false, create = true, durability = 'none', ...rest } = options
    const isDurable = durability === 'full'
    const isOfPath = [options.separator, options.leading, options.prefix].some(one => one !== undefined)
    const wanted = { ...rest, layout: options.layout ?? (isOfPath ? 'path' : undefined) } as const
    const { driver, gate, layout } = await openSqlite(path, { ...wanted, readOnly, create, isDurable })
    try {
      const given = layoutOptionsOf({ ...options, layout })
      return new SqliteDatastore(await openOrdered(driver, { ...given, readOnly, durable: isDurable, gate }))
    } catch (error) {
      driver.close()
      throw error
    }
  }
}
