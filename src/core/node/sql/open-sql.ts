import type { Store } from '../../open/store.ts'
import type { OthersChange } from '../../ordered/driver.ts'
import { openOrdered } from '../../ordered/open-ordered.ts'
import { PathNames } from '../../ordered/path/path-names.ts'
import type { ServerContext } from '../connect/server-context.ts'
import { layoutOptionsOf } from '../engines/key-layout.ts'
import { IndexedStore } from '../indexed/indexed-store.ts'
import { type Access, accessTo } from './access.ts'
import { chooseTable, refusal } from './choose-table.ts'
import type { ConnectionPool } from './connection-pool.ts'
import type { SqlDialect, SqlFacts } from './dialect.ts'
import { DIVIDER } from './key-cells.ts'
import type { SqlOptions } from './options.ts'
import type { SqlConnection } from './sql-connection.ts'
import { SqlDriver } from './sql-driver.ts'
import { SqlValues } from './sql-values.ts'
import { isInByteOrder, keepsValues, type SqlTable } from './table.ts'

/** Reports changes of a table by others, and ends. */
export interface TableChanges {
  readonly follow: (listener: (change: OthersChange) => void) => () => void
  close(): Promise<void>
}

/** Follows the changes of a table; `undefined` where the server does not report them. */
export type FollowTable = (
  access: Access,
  pool: ConnectionPool,
  table: SqlTable,
) => Promise<TableChanges | undefined>

/** A table of a server, as an engine. */
interface OpenTable extends FoundTable {
  readonly driver: SqlDriver
}

/**
 * The store in a table of a server.
 * @throws DatastoreError `CONFIG_INVALID`, `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
 */
export async function openSql(
  dialect: SqlDialect,
  options: SqlOptions,
  context: ServerContext,
  followTable?: FollowTable,
): Promise<Store> {
  const opened = await openSqlDriver(dialect, options, context, followTable)
  try {
    return await openStore(opened, options, context)
  } catch (error) {
    await opened.driver.close()
    throw error
  }
}

/** The driver of a table, which closes everything that was opened for it. */
export async function openSqlDriver(
  dialect: SqlDialect,
  options: SqlOptions,
  context: ServerContext,
  followTable?: FollowTable,
): Promise<OpenTable> {
  const access = await accessTo(dialect, options, context)
  let pool: ConnectionPool | undefined
  let changes: TableChanges | undefined
  const close = async () => {
    await changes?.close()
    await pool?.close()
    await access.close()
  }
  try {
    pool = await access.pool()
    const found = await pool.run(`open ${dialect.what}`, connection =>
      findTable(connection, dialect, options),
    )
    const { table, facts, mayWrite: isWritable, now } = found
    changes = await followTable?.(access, pool, table)
    const columns = [...table.keys, table.value].map(({ name }) => name).join(',')
    const id = `${dialect.kind}:${facts.id ?? pool.name}/${facts.database}/${table.id}:${columns}`
    const parts = { pool, dialect, table, facts, id, isWritable, now, changes: changes?.follow, close }
    return { ...found, driver: new SqlDriver(parts) }
  } catch (error) {
    await close()
    throw error
  }
}

interface FoundTable {
  readonly table: SqlTable
  readonly facts: SqlFacts
  readonly mayWrite: boolean
  /** The clock of the server, in milliseconds since 1970. */
  readonly now: () => number
}

async function findTable(
  connection: SqlConnection,
  dialect: SqlDialect,
  options: SqlOptions,
): Promise<FoundTable> {
  const { readOnly = false, create = true } = options
  const { facts, now } = await timed(connection, dialect)
  const isOfPath = [options.separator, options.leading, options.prefix].some(one => one !== undefined)
  const wanted = { ...options, layout: options.layout ?? (isOfPath ? 'path' : undefined) } as const
  const readTable = async () => chooseTable(await dialect.tablesOf(connection, options), wanted)
  let { table, isMissing } = await readTable()
  if (isMissing) {
    const mayMake = create && !readOnly && !facts.isReplica && !facts.isReadOnly
    if (!mayMake) throw refusal(`it has no table ${JSON.stringify(table.name)}`)
    await make(connection, dialect, table)
    ;({ table, isMissing } = await readTable())
    if (isMissing) throw refusal(`its table ${JSON.stringify(table.name)} is not shown to this user`)
  }
  const rights = await dialect.rightsOn(connection, table)
  const mayWrite =
    !facts.isReplica && !facts.isReadOnly && rights.write && rights.delete && keepsValues(table)
  return { table, facts, mayWrite, now }
}

/** Creates a table, which another program may create at the same time. */
async function make(connection: SqlConnection, dialect: SqlDialect, table: SqlTable): Promise<void> {
  const sql = dialect.create(table)
  try {
    await connection.script(sql)
  } catch (error) {
    if (!dialect.isDuplicate(error)) throw error
    await connection.script(sql)
  }
}

/** How often the server is asked. The fastest answer is the most precise. */
const ATTEMPTS = 3

async function timed(connection: SqlConnection, dialect: SqlDialect) {
  let best: { readonly took: number; readonly facts: SqlFacts; readonly offset: number } | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const start = performance.now()
    const facts = await dialect.factsOf(connection)
    const took = performance.now() - start
    if (best === undefined || took < best.took)
      best = { took, facts, offset: facts.time - (start + took / 2) }
  }
  const { facts, offset } = best as NonNullable<typeof best>
  return { facts, now: () => Math.floor(performance.now() + offset) }
}

async function openStore(
  { driver, table, facts, now }: OpenTable,
  options: SqlOptions,
  { report }: ServerContext,
): Promise<Store> {
  const { readOnly = false, prefix } = options
  const layout = table.isOwn ? 'strata' : 'path'
  const given = layoutOptionsOf({ ...options, layout })
  if (table.isOwn || (isInByteOrder(table) && facts.isUtf8)) {
    return openOrdered(driver, { ...given, readOnly, now, durable: facts.isDurable })
  }
  // A part of a name is a whole column.
  const isByColumns = table.keys.length > 1 || table.keys[0]?.type !== 'text'
  if (isByColumns && options.separator !== undefined) {
    throw refusal('a key of several columns, or of numbers or ids, has no separator', 'open the table')
  }
  const names = new PathNames({
    separator: isByColumns ? DIVIDER : options.separator,
    leading: isByColumns ? false : options.leading,
    prefix: prefix === undefined ? undefined : Buffer.from(prefix),
  })
  const values = new SqlValues(driver, names, given.digest, readOnly)
  return new IndexedStore(values, indexing => report?.({ indexing }))
}
