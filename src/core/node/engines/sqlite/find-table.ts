import { DatastoreError } from '../../../errors.ts'
import type { Database } from './sqlite-client.ts'
import { OWN_TABLE, ownTable, ownTableSql, quoted, type Table } from './table.ts'

/** The requested table and its columns. What is absent is detected. */
export interface RequestedTable {
  readonly layout?: 'strata' | 'path' | undefined
  readonly table?: string | undefined
  readonly keyColumn?: string | undefined
  readonly valueColumn?: string | undefined
}

interface Column {
  readonly name: string
  readonly type: string
  readonly pk: number
}

const OWN_COLUMNS = 'id,k,v,ver,mtime,exp'
/** The names of the table and columns of go-ds-sql. */
const PATH_TABLE = { table: 'blocks', key: 'key', value: 'data' } as const
/** Usual names of the value column. */
const VALUE_NAMES: readonly string[] = ['data', 'value', 'v', 'val', 'blob']
const KEY_NAMES: readonly string[] = ['key', 'k', 'name', 'id', 'path']

/**
 * Finds the table to open.
 * @returns The table, and the statement that creates it if it is missing.
 * @throws DatastoreError `CONFIG_INVALID` if there is no table that can be shown, or there are several.
 */
export function findTable(
  database: Database,
  path: string,
  requested: RequestedTable,
): { readonly table: Table; readonly sql?: string } {
  const refuse = (state: string) =>
    new DatastoreError('CONFIG_INVALID', `Cannot open ${JSON.stringify(path)}: ${state}`)
  const names = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`)
    .all()
    .map(({ name }) => String(name))
  const found = requested.table ?? chooseTable(database, names, requested)
  if (found === undefined) {
    throw refuse(`it has several tables; name one by "table": ${names.map(quoted).join(', ')}`)
  }
  if (names.includes(found)) {
    const columns = columnsOf(database, found)
    const isOwn = isOwnTable(columns)
    if (requested.layout !== undefined && (requested.layout === 'strata') !== isOwn) {
      const has = isOwn ? 'strata' : 'path'
      throw refuse(`its table ${quoted(found)} has layout "${has}", not "${requested.layout}"`)
    }
    return { table: isOwn ? ownTable(found) : foreignTable(database, found, columns, requested, refuse) }
  }
  const isPath =
    requested.layout === 'path' || requested.keyColumn !== undefined || requested.valueColumn !== undefined
  if (!isPath) return { table: ownTable(found), sql: ownTableSql(found) }
  const { keyColumn = PATH_TABLE.key, valueColumn = PATH_TABLE.value } = requested
  const sql = `CREATE TABLE ${quoted(found)} (${quoted(keyColumn)} TEXT PRIMARY KEY, ${quoted(valueColumn)} BLOB)`
  return { table: { name: found, keyColumn, valueColumn, keys: 'text', values: 'blob', isOwn: false }, sql }
}

function chooseTable(
  database: Database,
  names: readonly string[],
  { layout }: RequestedTable,
): string | undefined {
  const own = names.find(name => isOwnTable(columnsOf(database, name)))
  if (own !== undefined && layout !== 'path') return own
  if (layout === 'strata') return OWN_TABLE
  const others = names.filter(name => name !== own)
  if (others.length === 0) return layout === 'path' ? PATH_TABLE.table : OWN_TABLE
  return others.length === 1 ? others[0] : others.find(name => name === PATH_TABLE.table)
}

function columnsOf(database: Database, table: string): Column[] {
  return database
    .prepare('SELECT name, type, pk FROM pragma_table_xinfo(?)')
    .all(table)
    .map(({ name, type, pk }) => ({ name: String(name), type: String(type), pk: Number(pk) }))
}

function isOwnTable(columns: readonly Column[]): boolean {
  return columns.map(({ name }) => name).join() === OWN_COLUMNS
}

/** A table of another program, if it can be shown completely and in order. */
function foreignTable(
  database: Database,
  name: string,
  columns: readonly Column[],
  requested: RequestedTable,
  refuse: (state: string) => DatastoreError,
): Table {
  const table = quoted(name)
  const named = columns.map(column => column.name)
  const choose = (what: string, given: string | undefined, likely: readonly string[], others: string[]) => {
    const chosen =
      given ?? likely.find(one => named.includes(one)) ?? (others.length === 1 ? others[0] : undefined)
    if (chosen !== undefined && named.includes(chosen)) return chosen
    const has = `its table ${table} has the columns ${named.map(quoted).join(', ')}`
    throw refuse(chosen === undefined ? `${has}; name one by "${what}"` : `${has}, and not ${quoted(chosen)}`)
  }
  const primary = columns.filter(({ pk }) => pk > 0).map(column => column.name)
  const keyColumn = choose(
    'keyColumn',
    requested.keyColumn,
    [],
    primary.length === 1 ? primary : likelyIn(named, KEY_NAMES),
  )
  const rest = named.filter(one => one !== keyColumn)
  const valueColumn = choose('valueColumn', requested.valueColumn, likelyIn(rest, VALUE_NAMES), rest)
  const key = quoted(keyColumn)
  if (!hasUniqueIndex(database, name, keyColumn)) {
    throw refuse(`its column ${key} has no unique index in the order of bytes, so it can't be the key`)
  }
  const typeAt = (order: string) =>
    database.prepare(`SELECT typeof(${key}) AS type FROM ${table} ORDER BY ${key} ${order} LIMIT 1`).get()?.[
      'type'
    ]
  const declared = isText(columns.find(one => one.name === keyColumn)?.type ?? '') ? 'text' : 'blob'
  // SQLite sorts NULL and numbers first, then texts, then bytes.
  const [first = declared, last = declared] = [typeAt('ASC'), typeAt('DESC')]
  if (first !== last || (first !== 'text' && first !== 'blob')) {
    const types = [...new Set([first, last])].map(type => String(type).toUpperCase()).join(' and ')
    throw refuse(`its column ${key} holds keys of type ${types}; they should all be TEXT, or all BLOB`)
  }
  const values = isText(columns.find(one => one.name === valueColumn)?.type ?? '') ? 'text' : 'blob'
  const encoding = database.prepare('PRAGMA encoding').get()?.['encoding']
  if (encoding !== 'UTF-8' && (first === 'text' || values === 'text')) {
    throw refuse(`its texts are ${String(encoding)}, and only UTF-8 can be opened`)
  }
  return { name, keyColumn, valueColumn, keys: first, values, isOwn: false }
}

function likelyIn(names: readonly string[], likely: readonly string[]): string[] {
  return likely.filter(name => names.includes(name)).slice(0, 1)
}

function hasUniqueIndex(database: Database, table: string, column: string): boolean {
  const indexes = database
    .prepare('SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND partial = 0')
    .all(table)
  return indexes.some(({ name }) => {
    const keys = database
      .prepare('SELECT name, coll, "desc" FROM pragma_index_xinfo(?) WHERE key = 1')
      .all(String(name))
    return keys.length === 1 && keys[0]?.['name'] === column && keys[0]['coll'] === 'BINARY'
  })
}

/** Whether a declared type makes a text column. Source: "Datatypes In SQLite", section 3.1. */
function isText(type: string): boolean {
  return !/INT/i.test(type) && /CHAR|CLOB|TEXT/i.test(type)
}
