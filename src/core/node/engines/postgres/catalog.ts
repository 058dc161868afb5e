import type { SqlFacts, TableRights } from '../../sql/dialect.ts'
import type { SqlCell, SqlConnection } from '../../sql/sql-connection.ts'
import type { Column, ColumnType, SqlTable, TableFacts } from '../../sql/table.ts'

/** The types of columns by their names in PostgreSQL. `jsonb`, for one, does not keep the text of a value. */
const TYPES: Readonly<Record<string, ColumnType>> = {
  bytea: 'bytes',
  text: 'text',
  varchar: 'text',
  json: 'text',
  int2: 'whole',
  int4: 'whole',
  int8: 'whole',
  uuid: 'uuid',
}

/** Collations in the order of code points, which is that of the bytes of UTF-8. */
const IN_BYTE_ORDER = /^(?:C|POSIX|ucs_basic|C\.(?:utf-?8)|pg_c_utf8)$/i

/** The maximum size of a value in bytes: the server accepts messages of a gigabyte, including a second copy. */
const VALUE_BYTES = 2 ** 28

const FACTS = `
  SELECT version(), current_database(), current_user::text, pg_is_in_recovery(),
    current_setting('transaction_read_only') = 'on',
    current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off',
    current_setting('server_encoding') = 'UTF8',
    (extract(epoch FROM clock_timestamp()) * 1000)::float8,
    (SELECT oid FROM pg_database WHERE datname = current_database())`

export async function factsOf(connection: SqlConnection): Promise<SqlFacts> {
  const { rows } = await connection.run(FACTS)
  const [version, database, user, isReplica, isReadOnly, isDurable, isUtf8, time, oid] = rows[0] as SqlCell[]
  return {
    version: /^PostgreSQL [\d.]+/.exec(String(version))?.[0] ?? String(version),
    id: await systemId(connection),
    database: `${String(database)}#${String(oid)}`,
    user: String(user),
    isReplica: isReplica === 1,
    isReadOnly: isReadOnly === 1,
    isDurable: isDurable === 1,
    isUtf8: isUtf8 === 1,
    valueBytes: VALUE_BYTES,
    time: Number(time),
  }
}

/** The number that a server is given when its data are made. Some users may not ask for it. */
async function systemId(connection: SqlConnection): Promise<string | undefined> {
  try {
    const { rows } = await connection.run('SELECT system_identifier::text FROM pg_control_system()')
    return String(rows[0]?.[0])
  } catch {
    return undefined
  }
}

const TABLES = `
  SELECT c.relname, c.oid::int8, a.attname, t.typname,
    CASE WHEN co.collname = 'default'
      THEN coalesce(to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale', d.datcollate)
      ELSE coalesce(co.collname, '') END::text,
    coalesce((to_jsonb(co) ->> 'collisdeterministic')::bool, true),
    CASE WHEN t.typname = 'varchar' AND a.atttypmod > 4 THEN a.atttypmod - 4 END
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_database d ON d.datname = current_database()
  LEFT JOIN pg_collation co ON co.oid = a.attcollation
  WHERE c.relnamespace = coalesce($1::text, current_schema()::text)::regnamespace AND ($2::text IS NULL OR c.relname = $2)
    AND c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY c.relname, a.attnum`

const UNIQUES = `
  SELECT c.relname, i.indexrelid::int8, a.attname
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indrelid
  CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
  WHERE c.relnamespace = coalesce($1::text, current_schema()::text)::regnamespace AND ($2::text IS NULL OR c.relname = $2)
    AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
  ORDER BY c.relname, i.indisprimary DESC, i.indexrelid, k.place`

export async function tablesOf(
  connection: SqlConnection,
  { schema, table }: { readonly schema?: string | undefined; readonly table?: string | undefined },
): Promise<readonly TableFacts[]> {
  // A name that is read as an identifier, which folds it unless it is quoted.
  const place = [schema === undefined ? null : quoted(schema), table ?? null]
  const columns = groupBy(toTexts((await connection.run(TABLES, place)).rows), ([name = '']) => name)
  const uniques = groupBy(toTexts((await connection.run(UNIQUES, place)).rows), ([name = '']) => name)
  return [...columns].map(([name, rows]) => ({
    name,
    id: rows[0]?.[1] ?? '',
    isTransactional: true,
    columns: rows.map(([, , column = '', type = '', collation = '', isExact, longest]) => ({
      ...columnOf(column, type, collation, isExact === '1'),
      longest: longest === 'null' ? undefined : Number(longest),
    })),
    uniques: [...groupBy(uniques.get(name) ?? [], ([, index = '']) => index).values()].map(index =>
      index.map(([, , column = '']) => column),
    ),
  }))
}

function columnOf(name: string, typeName: string, collation: string, isExact: boolean): Column {
  const type = TYPES[typeName] ?? 'other'
  return {
    name,
    type,
    typeName,
    isInByteOrder:
      type === 'bytes' || (typeName !== 'json' && type === 'text' && IN_BYTE_ORDER.test(collation)),
    isFolded: !isExact,
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

function toTexts(rows: readonly (readonly SqlCell[])[]): string[][] {
  return rows.map(row => row.map(String))
}

export async function rightsOn(connection: SqlConnection, table: SqlTable): Promise<TableRights> {
  const rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'].map(right => `has_table_privilege($1, '${right}')`)
  const { rows } = await connection.run(`SELECT ${rights.join(', ')}`, [nameOf(table)])
  const [read, insert, update, remove] = (rows[0] ?? []).map(right => right === 1)
  return { read: read === true, write: insert === true && update === true, delete: remove === true }
}

export async function estimateOf(connection: SqlConnection, table: SqlTable): Promise<number> {
  const { rows } = await connection.run('SELECT reltuples::float8 FROM pg_class WHERE oid = $1::regclass', [
    nameOf(table),
  ])
  return Number(rows[0]?.[0] ?? -1)
}

/** A name, quoted for PostgreSQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The name of a table in statements. */
export function nameOf({ schema, name }: Pick<SqlTable, 'schema' | 'name'>): string {
  return schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
}
