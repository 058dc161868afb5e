import { failure } from '../../errors.ts'
import type { Expect, Outcome, Write } from '../../ordered/driver.ts'
import { SortedRows } from '../../ordered/sorted-rows.ts'
import type { PlainPut } from '../engines/shared-puts.ts'
import { textOf } from '../text-bound.ts'
import type { SqlDialect, SqlFacts } from './dialect.ts'
import type { KeyCells } from './key-cells.ts'
import type { SqlConnection, SqlValue } from './sql-connection.ts'
import type { SqlTable } from './table.ts'
import type { Compared, TableSql } from './table-sql.ts'

/** Milliseconds between removals of what has expired. */
const PURGE = 60_000

interface SqlWritesParts {
  readonly dialect: SqlDialect
  readonly table: SqlTable
  readonly sql: TableSql
  readonly cells: KeyCells
  /** The time of the server, in milliseconds since 1970. */
  readonly now: () => number
}

/** The writes to a table. Each is one statement that checks its condition, or two where the first finds nothing. */
export class SqlWrites {
  readonly #parts: SqlWritesParts
  #purgeAt = 0

  constructor(parts: SqlWritesParts) {
    this.#parts = parts
  }

  async write(connection: SqlConnection, write: Write): Promise<Outcome> {
    return write.value === undefined
      ? this.#remove(connection, write)
      : this.#put(connection, write, write.value)
  }

  /** Writes within a transaction. The last write of a key is the one that counts. */
  async apply(connection: SqlConnection, writes: readonly Omit<Write, 'expect'>[]): Promise<void> {
    const last = new SortedRows<Omit<Write, 'expect'>>()
    for (const write of writes) last.set(write)
    for (const write of last.all) await this.write(connection, { ...write, expect: 'any' })
  }

  async #put(connection: SqlConnection, write: Write, value: Uint8Array): Promise<Outcome> {
    const { sql, table } = this.#parts
    const { key, expect, expires } = write
    const cells = this.#cells(key)
    const rest = this.#rest(write, value)
    if (expires !== undefined) await this.#purge(connection)
    if (expect === 'any') return this.#overwrite(connection, key, cells, rest)
    if (expect !== 'absent') return this.#update(connection, key, rest, expect)
    if (await this.#insert(connection, cells, rest)) return 'done'
    if (!table.isOwn) return 'exists'
    const { count } = await connection.run(sql.replaceExpired, [...rest, ...cells, this.#now()])
    return count > 0 ? 'done' : 'exists'
  }

  /**
   * Puts into a table of our own by one statement, which waits only briefly for others.
   * @returns `undefined` if the server refuses it.
   */
  async putAll(
    connection: SqlConnection,
    puts: readonly PlainPut[],
    facts: SqlFacts,
  ): Promise<'done' | undefined> {
    const { sql, dialect } = this.#parts
    const statement = sql.put(puts.length)
    const values = puts.flatMap(put => [...this.#cells(put.key), ...this.#rest(put, put.value)])
    try {
      await connection.run(dialect.briefly(statement, facts) ?? statement, values)
      return 'done'
    } catch (error) {
      const meaning = dialect.meaningOf(error)
      // Without an answer of the server it is unknown whether they were made.
      if (meaning === undefined || meaning[0] === 'CONNECTION') throw error
      return undefined
    }
  }

  /** The cells of a row after its key. */
  #rest({ version, mtime, expires }: Write, value: Uint8Array): SqlValue[] {
    const times = this.#parts.table.isOwn ? [version ?? null, mtime ?? null, expires ?? null] : []
    return [this.#valueOf(value), ...times]
  }

  async #overwrite(
    connection: SqlConnection,
    key: Uint8Array,
    cells: readonly SqlValue[],
    rest: readonly SqlValue[],
  ): Promise<Outcome> {
    const { sql, table, dialect } = this.#parts
    if (table.isOwn || (dialect.replacesByKey && !table.keys.some(({ isFolded }) => isFolded))) {
      await connection.run(sql.put(), [...cells, ...rest])
      return 'done'
    }
    // An insert that replaces could replace another row, which is equal by a collation or by another unique index.
    for (let attempt = 0; attempt < 2; attempt++) {
      const { count } = await connection.run(sql.update('nothing'), [...rest, ...this.#where(key)])
      if (count > 0 || (await this.#insert(connection, cells, rest))) return 'done'
    }
    throw failure('KEY_INVALID', 'put', undefined, 'another row is the same for a unique index of the table')
  }

  async #insert(
    connection: SqlConnection,
    cells: readonly SqlValue[],
    rest: readonly SqlValue[],
  ): Promise<boolean> {
    try {
      return (await connection.run(this.#parts.sql.insert, [...cells, ...rest])).count > 0
    } catch (error) {
      if (this.#parts.dialect.isDuplicate(error)) return false
      throw error
    }
  }

  async #update(
    connection: SqlConnection,
    key: Uint8Array,
    rest: readonly SqlValue[],
    expect: Exclude<Expect, 'any' | 'absent'>,
  ): Promise<Outcome> {
    const [compared, values] = comparedBy(expect)
    const sql = this.#parts.sql.update(compared)
    const { count } = await connection.run(sql, [...rest, ...this.#where(key), ...values])
    return count > 0 ? 'done' : this.#refusal(connection, key, expect)
  }

  async #remove(connection: SqlConnection, { key, expect }: Write): Promise<Outcome> {
    const where = this.#parts.cells.whereOf(key)
    if (where === undefined || expect === 'absent') return 'absent'
    const [compared, values] = comparedBy(expect)
    const sql = this.#parts.sql.remove(compared)
    const { count } = await connection.run(sql, [...this.#where(key), ...values])
    return count > 0 ? 'done' : this.#refusal(connection, key, expect)
  }

  /** Why a statement has changed nothing. */
  async #refusal(connection: SqlConnection, key: Uint8Array, expect: Expect): Promise<Outcome> {
    if (typeof expect === 'string') return 'absent'
    const { rows } = await connection.run(this.#parts.sql.has, this.#where(key))
    return rows.length > 0 ? 'changed' : 'absent'
  }

  /** Removes expired rows, at most once a minute. Reads hide them in any case. */
  async #purge(connection: SqlConnection): Promise<void> {
    const now = this.#now()
    if (now < this.#purgeAt) return
    this.#purgeAt = now + PURGE
    await connection.run(this.#parts.sql.purge, [now])
  }

  #cells(key: Uint8Array): readonly SqlValue[] {
    const cells = this.#parts.cells.cellsOf(key)
    if (cells !== undefined) return cells
    const types = this.#parts.table.keys.map(({ typeName }) => typeName).join(', ')
    throw failure(
      'KEY_INVALID',
      'write',
      undefined,
      `no row can have it: its columns are of the type ${types}`,
    )
  }

  #where(key: Uint8Array): SqlValue[] {
    const where = this.#parts.cells.whereOf(key) ?? []
    return this.#parts.table.isOwn ? [...where, this.#now()] : where
  }

  /** @throws DatastoreError `VALUE_INVALID` for bytes that a column of text cannot hold. */
  #valueOf(value: Uint8Array): SqlValue {
    const { value: column } = this.#parts.table
    if (column.type === 'bytes') return value
    const text = textOf(value)
    if (text !== undefined) return text
    const state = `the column ${JSON.stringify(column.name)} holds text, and it is not UTF-8 without NUL`
    throw failure('VALUE_INVALID', 'write', undefined, state)
  }

  #now(): number {
    return Math.floor(this.#parts.now())
  }
}

/** What a statement compares, and the parameters for it. */
function comparedBy(expect: Exclude<Expect, 'absent'>): readonly [Compared, readonly SqlValue[]] {
  if (typeof expect === 'string') return ['nothing', []]
  if ('version' in expect) return ['version', [expect.version]]
  if ('part' in expect) return ['part', [expect.at, expect.part.length, expect.part]]
  return ['value', [expect.sameValue]]
}
