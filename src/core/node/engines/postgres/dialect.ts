import type { SqlDialect } from '../../sql/dialect.ts'
import { keepsValues, type SqlTable } from '../../sql/table.ts'
import { estimateOf, factsOf, nameOf, quoted, rightsOn, tablesOf } from './catalog.ts'
import { hasState, postgresMeaning } from './failures.ts'
import { connectPostgres } from './postgres-connection.ts'
import { watchSql } from './watch-sql.ts'

/** PostgreSQL 12 and later. */
export const postgresDialect: SqlDialect = {
  kind: 'postgres',
  what: 'a PostgreSQL store',
  client: 'pg',
  protocols: ['postgres', 'postgresql'],
  port: 5432,
  encryption: { parameter: 'sslmode', on: ['require', 'verify-ca', 'verify-full'], off: ['disable'] },
  load: async () => {
    const { default: pg } = await import('pg')
    return settings => connectPostgres(pg, settings)
  },

  quoted,
  parameter: index => `$${index}`,
  bytesOf: (column, type) => (type === 'bytes' ? column : `convert_to(${column}::text, 'UTF8')`),
  lengthOf: bytes => `octet_length(${bytes})`,
  partOf: (bytes, start, length) => `substring(${bytes} from ${start}::int + 1 for ${length}::int)`,
  replacesByKey: true,
  upsert: (table, columns, keys, rows) => {
    const set = columns
      .filter(column => !keys.includes(column))
      .map(column => `${column} = excluded.${column}`)
    return `${inserted(table, columns, rows)} ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${set.join(', ')}`
  },
  insert: (table, columns, row) => `${inserted(table, columns, row)} ON CONFLICT DO NOTHING`,
  briefly: () => undefined,
  purge: (table, condition) =>
    `DELETE FROM ${table} WHERE k IN (SELECT k FROM ${table} WHERE ${condition} LIMIT 1000)`,
  create,
  begin: 'BEGIN ISOLATION LEVEL READ COMMITTED',
  lock: table => `LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`,
  forUpdate: ' FOR UPDATE',

  meaningOf: postgresMeaning,
  isDuplicate: error => hasState(error, '23505', '42P07', '42710'),
  isConflict: error => hasState(error, '40001', '40P01'),
  factsOf,
  tablesOf,
  rightsOn,
  estimate: estimateOf,
}

function inserted(table: string, columns: readonly string[], rows: string): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows}`
}

/** Values are kept outside of the row without compression, so that a part of one is read without the rest. */
function create(table: SqlTable): string {
  const name = nameOf(table)
  const [key] = table.keys
  if (key === undefined || !keepsValues(table)) throw new Error('A new table has a key and a value')
  if (!table.isOwn) {
    return `CREATE TABLE ${name} (${quoted(key.name)} text COLLATE "C" PRIMARY KEY, ${quoted(table.value.name)} bytea)`
  }
  return `
    BEGIN;
    CREATE TABLE ${name} (k bytea PRIMARY KEY, v bytea NOT NULL, ver bigint, mtime bigint, exp bigint);
    ALTER TABLE ${name} ALTER COLUMN v SET STORAGE EXTERNAL;
    CREATE INDEX ON ${name} (exp) WHERE exp IS NOT NULL;
    ${watchSql(table)}
    COMMIT`
}
