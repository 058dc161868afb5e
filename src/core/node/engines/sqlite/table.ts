/** How a table holds keys and values. */
export interface Table {
  readonly name: string
  readonly keyColumn: string
  readonly valueColumn: string
  /** The type of the columns: bytes, or text in UTF-8. */
  readonly keys: 'blob' | 'text'
  readonly values: 'blob' | 'text'
  /** Whether it is a table of Strata, with columns for version and times. */
  readonly isOwn: boolean
}

/** The default name of a table of Strata. */
export const OWN_TABLE = 'kv'

/** Creates a table of Strata. Not `WITHOUT ROWID`, which takes three times the space for values of a kilobyte. */
export function ownTableSql(name: string): string {
  const table = quoted(name)
  return `
    CREATE TABLE IF NOT EXISTS ${table}
      (id INTEGER PRIMARY KEY, k BLOB NOT NULL UNIQUE, v BLOB, ver INTEGER, mtime INTEGER, exp INTEGER);
    CREATE INDEX IF NOT EXISTS ${quoted(`${name}_exp`)} ON ${table} (exp) WHERE exp IS NOT NULL`
}

export function ownTable(name: string): Table {
  return { name, keyColumn: 'k', valueColumn: 'v', keys: 'blob', values: 'blob', isOwn: true }
}

/** The statements of a driver for a table. Keys and values are bytes in the statements, for any type of column. */
export interface TableSql {
  readonly get: string
  readonly part: string
  readonly head: string
  readonly has: string
  readonly put: string
  readonly remove: string
  readonly purge: string
  /** Whether the table holds expired rows. */
  readonly due: string
  /** The number of rows in a range, up to a limit, and the last of these. */
  count(isDue: boolean): string
  /** @param isDue Whether to leave out expired rows, which requires reading each row: the index has no times. */
  range(isReverse: boolean, keysOnly: boolean, isDue: boolean): string
}

export function tableSql({ name, keyColumn, valueColumn, keys, values, isOwn }: Table): TableSql {
  const table = quoted(name)
  const [k, v] = [`t.${quoted(keyColumn)}`, `t.${quoted(valueColumn)}`]
  const key = keys === 'text' ? 'CAST(? AS TEXT)' : '?'
  const value = values === 'text' ? 'CAST(? AS TEXT)' : '?'
  const from = `FROM ${table} AS t`
  const times = isOwn ? ', ver, mtime, exp' : ''
  const typed = isOwn ? `${v} AS value` : `CAST(${v} AS BLOB) AS value, typeof(${v}) AS type`
  const isThere = isOwn ? ' AND (exp IS NULL OR exp > ?)' : ''
  const names = `${quoted(keyColumn)}, ${quoted(valueColumn)}${times}`
  const set = isOwn ? ', ver = excluded.ver, mtime = excluded.mtime, exp = excluded.exp' : ''
  return {
    get: `SELECT ${typed}${times} ${from} WHERE ${k} = ${key}${isThere}`,
    part: `SELECT substr(${v}, ? + 1, ?) AS value, length(${v}) AS size${times} ${from} WHERE ${k} = ${key}${isThere}`,
    head: `SELECT length(${v}) AS size${times} ${from} WHERE ${k} = ${key}${isThere}`,
    has: `SELECT 1 ${from} WHERE ${k} = ${key}${isThere}`,
    put:
      `INSERT INTO ${table} (${names}) VALUES (${key}, ${value}${isOwn ? ', ?, ?, ?' : ''}) ` +
      `ON CONFLICT (${quoted(keyColumn)}) DO UPDATE SET ${quoted(valueColumn)} = excluded.${quoted(valueColumn)}${set}`,
    remove: `DELETE FROM ${table} AS t WHERE ${k} = ${key}${isThere}`,
    purge: `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE exp <= ? LIMIT 1000)`,
    due: `SELECT 1 FROM ${table} WHERE exp <= ? LIMIT 1`,
    count: isDue =>
      `SELECT count(*) AS count, CAST(max(key) AS BLOB) AS last FROM (SELECT ${k} AS key ${from} ` +
      `WHERE ${k} >= ${key} AND ${k} < ${key}${isDue ? isThere : ''} ORDER BY ${k} LIMIT ?)`,
    range: (isReverse, keysOnly, isDue) =>
      `SELECT CAST(${k} AS BLOB) AS key${keysOnly ? '' : `, ${typed}, length(${v}) AS size${times}`} ${from} ` +
      `WHERE ${k} >= ${key} AND ${k} < ${key}${isDue ? isThere : ''} ORDER BY ${k}${isReverse ? ' DESC' : ''} LIMIT ?`,
  }
}

/** A name, quoted for SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
