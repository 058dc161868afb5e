import { closeSync, openSync, readSync } from 'node:fs'
import { open, realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DatastoreError } from '../../../errors.ts'
import { Gate } from '../../../open/turns.ts'
import { systemMeaning } from '../../errno.ts'
import { systemCode } from '../../fs/disk.ts'
import { fileId, heldAs, holdFile } from '../../locked-files.ts'
import { BLOCKED, whenFree } from './busy.ts'
import { findTable, type RequestedTable } from './find-table.ts'
import { type Database, sqliteClient } from './sqlite-client.ts'
import { SqliteDriver } from './sqlite-driver.ts'

/** How a database is opened. */
export interface OpenSqliteOptions extends RequestedTable {
  readonly readOnly: boolean
  readonly create: boolean
  readonly isDurable: boolean
}

/** A table of an open database. */
export interface OpenSqlite {
  readonly driver: SqliteDriver
  readonly layout: 'strata' | 'path'
  /** Shared by all users of the table in this process. */
  readonly gate: Gate
}

/** The gates of the tables that this process has open. */
const gates = new Map<string, WeakRef<Gate>>()

/**
 * @throws DatastoreError `CONFIG_INVALID`, `CORRUPT`, `ACCESS_DENIED`, `IO`, `TIMEOUT` if another program keeps it
 * locked.
 */
export async function openSqlite(path: string, options: OpenSqliteOptions): Promise<OpenSqlite> {
  const { readOnly, isDurable } = options
  const openDatabase = await sqliteClient()
  const found = await findFile(path, options)
  const { path: file, id } = found
  // No wait from here until it is open.
  const isEmpty = refuseOther(found)
  const database = openDatabase(file, { readOnly })
  const releases = [holdFile(file, 'database')]
  const close = () => {
    database.close()
    for (const release of releases) release()
  }
  try {
    database.exec(`PRAGMA busy_timeout = ${BLOCKED}`)
    const action = `open ${JSON.stringify(file)}`
    const { table, sql } = await whenFree(action, () => findTable(database, file, options))
    if (sql !== undefined) {
      if (readOnly || !options.create) throw refusal(file, `it has no table ${JSON.stringify(table.name)}`)
      await whenFree(action, () => {
        // With this, readers and a writer do not wait for each other. A database of another program keeps its mode.
        if (isEmpty) database.exec('PRAGMA journal_mode = WAL')
        make(database, sql)
      })
    }
    // In WAL mode the locks are on a file next to it, which exists by now.
    releases.push(holdFile(`${file}-shm`, 'lock'))
    const name = `sqlite:${id}:${table.name}:${table.keyColumn}:${table.valueColumn}`
    const use = { database, close, id: name, isWritable: !readOnly, isDurable }
    const driver = new SqliteDriver(table, use)
    return { driver, layout: table.isOwn ? 'strata' : 'path', gate: gateOf(name) }
  } catch (error) {
    close()
    throw error
  }
}

/** Whether a path is a non-empty SQLite database. */
export async function isSqliteFile(path: string): Promise<boolean> {
  try {
    return !refuseOther(await findFile(path, { readOnly: true, create: false }))
  } catch {
    return false
  }
}

/** Creates the table, which another process may have created in the meantime. */
function make(database: Database, sql: string): void {
  database.exec(
    `BEGIN IMMEDIATE; ${sql.replace(/^CREATE TABLE (?!IF)/, 'CREATE TABLE IF NOT EXISTS ')}; COMMIT`,
  )
}

function gateOf(name: string): Gate {
  const gate = gates.get(name)?.deref() ?? new Gate()
  gates.set(name, new WeakRef(gate))
  return gate
}

interface OpenFile {
  readonly path: string
  readonly id: string
}

/** The first bytes of every SQLite database. */
const MAGIC = 'SQLite format 3\0'

/** The database file, created if it is missing. */
async function findFile(
  path: string,
  { readOnly, create }: Pick<OpenSqliteOptions, 'readOnly' | 'create'>,
): Promise<OpenFile> {
  const absolute = resolve(path)
  try {
    const mayMake = create && !readOnly
    const stats = await stat(absolute, { bigint: true }).catch(async (error: unknown) => {
      if (systemCode(error) !== 'ENOENT' || !mayMake) throw error
      await (await open(absolute, 'a')).close()
      return stat(absolute, { bigint: true })
    })
    if (!stats.isFile()) throw refusal(absolute, 'it is not a file')
    const real = await realpath(absolute)
    return { path: real, id: fileId(stats) ?? real }
  } catch (error) {
    const [code, state] = systemMeaning(error, 'path') ?? []
    if (code === undefined || state === undefined) throw error
    const text = `Cannot open ${JSON.stringify(absolute)}: ${state}`
    throw new DatastoreError(code === 'NOT_FOUND' ? 'CONFIG_INVALID' : code, text, { cause: error })
  }
}

/**
 * Checks the content of a file before SQLite opens it. Skipped while this process has the file open, because closing
 * any descriptor of a file drops all locks of the process on it, including those of SQLite.
 * @returns Whether the file is empty.
 */
function refuseOther({ path, id }: OpenFile): boolean {
  const role = heldAs(id)
  if (role === 'database') return false
  if (role !== undefined) throw refusal(path, 'it belongs to another database, which is open')
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(MAGIC.length)
    const length = readSync(file, buffer, 0, buffer.length, 0)
    if (length > 0 && buffer.toString('latin1', 0, length) !== MAGIC)
      throw refusal(path, 'it is not an SQLite database, or it is encrypted')
    return length === 0
  } finally {
    closeSync(file)
  }
}

function refusal(path: string, state: string, cause?: unknown): DatastoreError {
  return new DatastoreError('CONFIG_INVALID', `Cannot open ${JSON.stringify(path)}: ${state}`, { cause })
}
