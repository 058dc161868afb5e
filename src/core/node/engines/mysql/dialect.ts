import type { SqlDialect } from '../../sql/dialect.ts'
import { codeOf } from '../../sql/failures.ts'
import { KEY_BYTES, type SqlTable } from '../../sql/table.ts'
import { estimateOf, factsOf, rightsOn, tablesOf } from './catalog.ts'
import { mysqlMeaning } from './failures.ts'
import { connectMysql } from './mysql-connection.ts'

/** MySQL 8 and MariaDB 10.3, and later. */
export const mysqlDialect: SqlDialect = {
  kind: 'mysql',
  what: 'a MySQL store',
  client: 'mysql2',
  protocols: ['mysql', 'mariadb'],
  port: 3306,
  encryption: {
    parameter: 'ssl-mode',
    on: ['required', 'verify_ca', 'verify_identity'],
    off: ['disabled'],
  },
  load: async () => {
    const { default: mysql } = await import('mysql2')
    return settings => connectMysql(mysql, settings)
  },

  quoted,
  parameter: () => '?',
  bytesOf: (column, type) => (type === 'bytes' ? column : `CAST(CONVERT(${column} USING utf8mb4) AS BINARY)`),
  lengthOf: bytes => `OCTET_LENGTH(${bytes})`,
  partOf: (bytes, start, length) => `SUBSTRING(${bytes}, ${start} + 1, ${length})`,
  replacesByKey: false,
  upsert: (table, columns, keys, rows) => {
    const set = columns
      .filter(column => !keys.includes(column))
      .map(column => `${column} = VALUES(${column})`)
    return `${inserted(table, columns, rows)} ON DUPLICATE KEY UPDATE ${set.join(', ')}`
  },
  insert: inserted,
  // MySQL sets this limit for a whole connection alone.
  briefly: (sql, { version }) =>
    version.startsWith('MariaDB') ? `SET STATEMENT innodb_lock_wait_timeout = 1 FOR ${sql}` : undefined,
  purge: (table, condition) => `DELETE FROM ${table} WHERE ${condition} LIMIT 1000`,
  create,
  begin: 'START TRANSACTION',
  // Reads with a lock keep others from the gaps between the rows.
  lock: () => undefined,
  forUpdate: ' FOR UPDATE',

  meaningOf: mysqlMeaning,
  isDuplicate: error => ['ER_DUP_ENTRY', 'ER_TABLE_EXISTS_ERROR'].includes(codeOf(error) ?? ''),
  isConflict: error => codeOf(error) === 'ER_LOCK_DEADLOCK',
  factsOf,
  tablesOf,
  rightsOn,
  estimate: estimateOf,
}

function inserted(table: string, columns: readonly string[], rows: string): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows}`
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** Rows are kept in the order in which they were made, so that an index of the keys alone is read for a level. */
function create(table: SqlTable): string {
  const name = quoted(table.name)
  const [key] = table.keys
  if (key === undefined) throw new Error('A new table has a key')
  const rest = 'ENGINE = InnoDB ROW_FORMAT = DYNAMIC'
  if (!table.isOwn) {
    return `CREATE TABLE IF NOT EXISTS ${name} (${quoted(key.name)} VARBINARY(${KEY_BYTES}) PRIMARY KEY, ${quoted(table.value.name)} LONGBLOB) ${rest}`
  }
  return (
    `CREATE TABLE IF NOT EXISTS ${name} (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, k VARBINARY(${KEY_BYTES}) NOT NULL, ` +
    `v LONGBLOB NOT NULL, ver BIGINT, mtime BIGINT, exp BIGINT, UNIQUE KEY (k), KEY (exp)) ${rest}`
  )
}
