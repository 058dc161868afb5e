import type { SqlFacts, TableRights } from '../../sql/dialect.ts'
import type { SqlConnection } from '../../sql/sql-connection.ts'
import type { Column, ColumnType, SqlTable, TableFacts } from '../../sql/table.ts'
import { mysqlMeaning } from './failures.ts'

const TYPES: Readonly<Record<string, ColumnType>> = {
  varbinary: 'bytes',
  tinyblob: 'bytes',
  blob: 'bytes',
  mediumblob: 'bytes',
  longblob: 'bytes',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  tinyint: 'whole',
  smallint: 'whole',
  mediumint: 'whole',
  int: 'whole',
  bigint: 'whole',
}

/** Collations that compare bytes, without treating texts as equal that end in different numbers of spaces. */
const IN_BYTE_ORDER = /^(?:utf8mb4|utf8mb3|utf8)_(?:nopad_|0900_)bin$/
/** A packet holds a statement and its parameters. */
const PACKET_REST = 8192

const FACTS = `
  SELECT VERSION(), DATABASE(), CURRENT_USER(), @@GLOBAL.read_only, @@SESSION.tx_read_only,
    @@GLOBAL.innodb_flush_log_at_trx_commit, @@GLOBAL.max_allowed_packet, UNIX_TIMESTAMP(NOW(3)) * 1000,
    @@GLOBAL.server_id, @@GLOBAL.hostname, @@GLOBAL.port, @@GLOBAL.datadir`

export async function factsOf(connection: SqlConnection): Promise<SqlFacts> {
  const { rows } = await connection.run(FACTS.replace('tx_read_only', await readOnlyVariable(connection)))
  const [version, database, user, isReadOnly, isSession, flush, packet, time, ...place] = rows[0] ?? []
  const number = String(version)
  return {
    version: /mariadb/i.test(number) ? `MariaDB ${number.split('-')[0] ?? ''}` : `MySQL ${number}`,
    id: place.map(String).join('/'),
    database: String(database),
    user: String(user),
    isReplica: Number(isReadOnly) > 0,
    isReadOnly: Number(isSession) > 0,
    isDurable: Number(flush) === 1,
    isUtf8: true,
    valueBytes: Number(packet) - PACKET_REST,
    time: Number(time),
  }
}

/** MySQL 8 has renamed it. */
async function readOnlyVariable(connection: SqlConnection): Promise<string> {
  const { rows } = await connection.run('SELECT VERSION()')
  return /mariadb/i.test(String(rows[0]?.[0])) ? 'tx_read_only' : 'transaction_read_only'
}

const TABLES = `
  SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, COALESCE(c.COLLATION_NAME, ''), COALESCE(t.ENGINE, ''), c.CHARACTER_MAXIMUM_LENGTH
  FROM information_schema.COLUMNS c
  JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
  WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' AND (? IS NULL OR c.TABLE_NAME = ?)
  ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`

const UNIQUES = `
  SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART
  FROM information_schema.STATISTICS
  WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0 AND (? IS NULL OR TABLE_NAME = ?)
  ORDER BY TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`

export async function tablesOf(
  connection: SqlConnection,
  { table = null }: { readonly table?: string | null | undefined },
): Promise<readonly TableFacts[]> {
  const columns = await connection.run(TABLES, [table, table])
  const indexes = await connection.run(UNIQUES, [table, table])
  const names = [...new Set(columns.rows.map(([name]) => String(name)))]
  return names.map(name => {
    const own = columns.rows.filter(row => row[0] === name)
    const uniques = new Map<string, string[]>()
    const cut = new Set<string>()
    for (const [of, index, column, part] of indexes.rows) {
      if (of !== name) continue
      // An index of the beginnings of texts does not guarantee that whole texts are unique.
      if (part !== null) cut.add(String(index))
      uniques.set(String(index), [...(uniques.get(String(index)) ?? []), String(column)])
    }
    return {
      name,
      id: name,
      isTransactional: own[0]?.[4] === 'InnoDB',
      columns: own.map(([, column, type, collation, , longest]) => ({
        ...columnOf(String(column), String(type).toLowerCase(), String(collation)),
        longest: longest === null ? undefined : Number(longest),
      })),
      uniques: [...uniques].filter(([index]) => !cut.has(index)).map(([, unique]) => unique),
    }
  })
}

function columnOf(name: string, typeName: string, collation: string): Column {
  const type = TYPES[typeName] ?? 'other'
  const isInByteOrder = type === 'bytes' || (type === 'text' && IN_BYTE_ORDER.test(collation))
  return { name, type, typeName, isInByteOrder, isFolded: type === 'text' && !isInByteOrder }
}

/** Asks by statements that change nothing, because rights may come from roles and patterns. */
export async function rightsOn(connection: SqlConnection, table: SqlTable): Promise<TableRights> {
  const name = `\`${table.name.replaceAll('`', '``')}\``
  const column = `\`${table.value.name.replaceAll('`', '``')}\``
  const may = async (sql: string) => {
    try {
      await connection.script(`EXPLAIN ${sql}`)
      return true
    } catch (error) {
      // Another refusal is not about rights.
      return mysqlMeaning(error)?.[0] !== 'ACCESS_DENIED'
    }
  }
  const read = await may(`SELECT ${column} FROM ${name} LIMIT 1`)
  const update = await may(`UPDATE ${name} SET ${column} = ${column} WHERE 1 = 0`)
  const insert = await may(`INSERT INTO ${name} (${column}) SELECT ${column} FROM ${name} WHERE 1 = 0`)
  const remove = await may(`DELETE FROM ${name} WHERE 1 = 0`)
  return { read, write: update && insert, delete: remove }
}

export async function estimateOf(connection: SqlConnection, table: SqlTable): Promise<number> {
  const sql =
    'SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?'
  const { rows } = await connection.run(sql, [table.name])
  return Number(rows[0]?.[0] ?? -1)
}
