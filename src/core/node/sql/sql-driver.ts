import { failure } from '../../errors.ts'
import { copyOf } from '../../open/payload.ts'
import { compareBytes } from '../../ordered/byte-order.ts'
import type {
  Check,
  DriverCapabilities,
  DriverInfo,
  OrderedDriver,
  OthersChange,
  Outcome,
  Range,
  Row,
  Write,
} from '../../ordered/driver.ts'
import { areSeen, sameKeys } from '../../ordered/expect.ts'
import { isPlainPut, SharedPuts } from '../engines/shared-puts.ts'
import { inGroups } from '../in-groups.ts'
import { firstTextFrom } from '../text-bound.ts'
import type { ConnectionPool } from './connection-pool.ts'
import type { SqlDialect, SqlFacts } from './dialect.ts'
import { copyOfFailure } from './failures.ts'
import { KeyCells } from './key-cells.ts'
import type { SqlConnection, SqlResult, SqlValue } from './sql-connection.ts'
import { SqlWrites } from './sql-writes.ts'
import { isInByteOrder, KEY_BYTES, type SqlTable } from './table.ts'
import { rowOf, TableSql } from './table-sql.ts'

/** Attempts at a transaction that others keep from being done. */
const ATTEMPTS = 20

/** Milliseconds that a statement waits for others if it waits `briefly`. */
const BRIEFLY = 1000

/** Keys that are looked up by one statement. */
const MAX_PRESENT = 512

export interface SqlDriverParts {
  readonly pool: ConnectionPool
  readonly dialect: SqlDialect
  readonly table: SqlTable
  readonly facts: SqlFacts
  /** Names the data. */
  readonly id: string
  readonly isWritable: boolean
  /** The time of the server, in milliseconds since 1970. */
  readonly now: () => number
  /** Reports changes by others, where the server reports them. */
  readonly changes?: ((listener: (change: OthersChange) => void) => () => void) | undefined
  readonly close: () => Promise<void>
}

/** One table of a server of SQL, which other programs may use as well. */
export class SqlDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities
  readonly changes?: (listener: (change: OthersChange) => void) => () => void
  readonly sync?: () => void
  readonly #parts: SqlDriverParts
  readonly #pool: ConnectionPool
  readonly #sql: TableSql
  readonly #cells: KeyCells
  readonly #writes: SqlWrites
  readonly #puts: SharedPuts<Outcome> | undefined
  #isClosed = false

  constructor(parts: SqlDriverParts) {
    const { pool, dialect, table, facts, id, isWritable, changes } = parts
    this.#parts = parts
    this.#pool = pool
    this.#sql = new TableSql(dialect, table)
    this.#cells = new KeyCells(table.keys)
    this.#writes = new SqlWrites({ dialect, table, sql: this.#sql, cells: this.#cells, now: parts.now })
    this.#puts = this.#sharedPuts()
    const text = table.keys[0]?.type !== 'bytes'
    this.info = { kind: dialect.kind, id, readAhead: 200, maxRows: 2000, text, columns: table.isOwn }
    this.capabilities = {
      writable: isWritable,
      conditions: 'everyone',
      commit: table.isTransactional && { most: Number.POSITIVE_INFINITY, ranges: isInByteOrder(table) },
      durable: facts.isDurable,
      parts: true,
      shared: true,
      keyBytes: Math.min(KEY_BYTES, ...table.keys.map(({ longest = KEY_BYTES }) => longest)),
      valueBytes: facts.valueBytes,
    }
    if (changes !== undefined) this.changes = changes
    if (facts.isDurable) this.sync = () => undefined
  }

  get(
    key: Uint8Array,
    part?: { readonly start: number; readonly end: number },
    signal?: AbortSignal,
  ): Promise<Row | undefined> {
    if (part === undefined) return this.#one('get', this.#sql.get, [], key, signal)
    const length = Math.min(part.end - part.start, this.#parts.facts.valueBytes)
    return this.#one('get', this.#sql.part, [part.start, length], key, signal)
  }

  head(key: Uint8Array, signal?: AbortSignal): Promise<Row | undefined> {
    return this.#one('stat', this.#sql.head, [], key, signal)
  }

  async has(key: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    const where = this.#where(key)
    if (where === undefined) return false
    const { rows } = await this.#run('look up', this.#sql.has, where, signal)
    return rows.length > 0
  }

  /** Which of several keys have a row, in their order. */
  async present(keys: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly boolean[]> {
    const groups = inGroups(keys, MAX_PRESENT)
    const found = await Promise.all(groups.map(group => this.#presentIn(group, signal)))
    const names = new Set(found.flat())
    return keys.map(key => names.has(nameText(key)))
  }

  async #presentIn(keys: readonly Uint8Array[], signal: AbortSignal | undefined): Promise<readonly string[]> {
    const cells = keys.flatMap(key => {
      const one = this.#cells.cellsOf(key)
      return one === undefined ? [] : [one]
    })
    const last = cells.at(-1)
    if (last === undefined) return []
    // Few lengths of the list, so that a connection has few statements.
    while (cells.length < MAX_PRESENT && (cells.length & (cells.length - 1)) !== 0) cells.push(last)
    const now = this.#parts.table.isOwn ? [this.#now()] : []
    const sql = this.#sql.present(cells.length)
    const { rows } = await this.#run('look up', sql, [...cells.flat(), ...now], signal)
    return rows.map(row => nameText(this.#cells.nameOf(row)))
  }

  async #one(
    action: string,
    sql: string,
    before: readonly SqlValue[],
    key: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<Row | undefined> {
    const where = this.#where(key)
    if (where === undefined) return undefined
    const { rows } = await this.#run(action, sql, [...before, ...where], signal)
    return rows[0] && rowOf(copyOf(key), rows[0])
  }

  range(range: Range, signal?: AbortSignal): Promise<readonly Row[]> {
    return this.#call('read a range', connection => this.#rangeOn(connection, range, false), signal)
  }

  async #rangeOn(connection: SqlConnection, range: Range, isLocked: boolean): Promise<readonly Row[]> {
    const { isOwn } = this.#parts.table
    const bounds = this.#bounds(range)
    if (bounds === undefined) return []
    const { reverse: isReverse, keysOnly } = range
    const limit = Math.min(range.limit, this.info.maxRows)
    const now = isOwn ? [this.#now()] : []
    const options = { isReverse, keysOnly, hasEnd: bounds.length > 1, isLocked }
    const first = await connection.run(this.#sql.range({ ...options, isDue: false }), [
      ...now,
      ...bounds,
      limit,
    ])
    const isDue = isOwn && first.rows.some(row => row[1] !== null)
    // Leaving out expired rows requires reading each row: the index has no times.
    const { rows } = isDue
      ? await connection.run(this.#sql.range({ ...options, isDue: true }), [...bounds, ...now, limit])
      : first
    return rows.map(([key, , ...rest]) =>
      keysOnly ? { key: key as Uint8Array } : rowOf(key as Uint8Array, rest),
    )
  }

  async count(
    { from, to, limit }: Pick<Range, 'from' | 'to' | 'limit'>,
    signal?: AbortSignal,
  ): Promise<{ readonly count: number; readonly last: Uint8Array | undefined }> {
    const bounds = this.#bounds({ from, to })
    if (bounds === undefined) return { count: 0, last: undefined }
    const now = this.#parts.table.isOwn ? [this.#now()] : []
    const { rows } = await this.#run(
      'count',
      this.#sql.count(bounds.length > 1),
      [...bounds, ...now, limit],
      signal,
    )
    const [count, last] = rows[0] ?? []
    return { count: Number(count ?? 0), last: (last ?? undefined) as Uint8Array | undefined }
  }

  /** The bounds of a range as cells: the second one is absent if the range has no end. */
  #bounds({ from, to }: Pick<Range, 'from' | 'to'>): SqlValue[] | undefined {
    if (!this.info.text) return [from, to]
    const start = firstTextFrom(from)
    if (start === undefined) return undefined
    const end = firstTextFrom(to)
    return end === undefined ? [start] : [start, end]
  }

  write(write: Write, _durable: boolean, signal?: AbortSignal): Promise<Outcome> {
    // The bytes may wait for a connection, and are the caller's again when this returns.
    const own = { ...write, key: copyOf(write.key), value: write.value && copyOf(write.value) }
    if (this.#puts !== undefined && signal?.aborted !== true && isPlainPut(own)) return this.#puts.put(own)
    return this.#call('write', connection => this.#writes.write(connection, own), signal)
  }

  /** `undefined` where one statement could keep puts of other keys waiting, or make some of them only. */
  #sharedPuts(): SharedPuts<Outcome> | undefined {
    const { dialect, table, facts } = this.#parts
    const canWaitBriefly = dialect.briefly('', facts) !== undefined && this.#pool.timeout > BRIEFLY
    if (!table.isOwn || !table.isTransactional || !canWaitBriefly) return undefined
    return new SharedPuts<Outcome>({
      one: put => this.#call('write', connection => this.#writes.write(connection, put), undefined),
      all: puts => this.#call('write', connection => this.#writes.putAll(connection, puts, facts), undefined),
      copyOf: copyOfFailure,
      maxBytes: facts.valueBytes,
    })
  }

  commit(
    checks: readonly Check[],
    writes: readonly Omit<Write, 'expect'>[],
    _durable: boolean,
    signal?: AbortSignal,
  ): Promise<boolean> {
    return this.#call(
      'write',
      connection =>
        this.#transaction(connection, async () => {
          if (!(await this.#isSeen(connection, checks))) return false
          await this.#writes.apply(connection, writes)
          return true
        }),
      signal,
    )
  }

  async #transaction(connection: SqlConnection, work: () => Promise<boolean>): Promise<boolean> {
    const { dialect } = this.#parts
    for (let attempt = 1; ; attempt++) {
      try {
        await connection.script(dialect.begin)
        const isDone = await work()
        await connection.script(isDone ? 'COMMIT' : 'ROLLBACK')
        return isDone
      } catch (error) {
        // The connection must not be used with an open transaction.
        await connection.script('ROLLBACK').catch(() => connection.destroy())
        if (!dialect.isConflict(error) || attempt === ATTEMPTS) throw error
      }
    }
  }

  /** Whether everything is as it was read. It stays so until the end of the transaction. */
  async #isSeen(connection: SqlConnection, checks: readonly Check[]): Promise<boolean> {
    if (checks.length === 0) return true
    const isOfAbsence = checks.some(check => 'range' in check || check.seen === 'absent')
    const lock = isOfAbsence ? this.#parts.dialect.lock(this.#sql.name) : undefined
    if (lock !== undefined) await connection.script(lock)
    // In one order, so that two transactions don't wait for each other.
    const ofKeys = checks.filter(check => 'key' in check).sort((a, b) => compareBytes(a.key, b.key))
    for (const check of ofKeys) {
      const where = this.#where(check.key)
      const found = where && (await connection.run(this.#sql.getLocked, where)).rows[0]
      const row = found && rowOf(check.key, found)
      if (
        !areSeen(
          [check],
          () => row,
          () => [],
        )
      )
        return false
    }
    for (const check of checks) {
      if (!('range' in check)) continue
      const rows = await this.#rangeOn(connection, { ...check.range, keysOnly: true }, lock === undefined)
      if (!sameKeys(rows, check.keys)) return false
    }
    return true
  }

  /** @param listener Called with the record each time that the server was reached again. */
  onReconnected(key: Uint8Array, listener: (value: Uint8Array | undefined) => void): void {
    const where = this.#where(key)
    if (where === undefined) return
    this.#pool.onReached(async connection => {
      const { rows } = await connection.run(this.#sql.get, where)
      listener((rows[0]?.[0] ?? undefined) as Uint8Array | undefined)
    })
  }

  /** Calls `listener` each time that the server was reached again. */
  onReached(listener: () => void): void {
    this.#pool.onReached(() => {
      listener()
      return Promise.resolve()
    })
  }

  /** A page of names in an order of the database. */
  async page(
    after: Uint8Array | undefined,
    limit: number,
    signal?: AbortSignal,
  ): Promise<readonly Uint8Array[]> {
    const cells = after === undefined ? [] : (this.#cells.cellsOf(after) ?? [])
    const before = cells.flatMap((_, index) => cells.slice(0, index + 1))
    const sql = this.#sql.page(cells.length === 0)
    const { rows } = await this.#run('list', sql, [...before, limit], signal)
    return rows.map(row => this.#cells.nameOf(row))
  }

  async countAll(): Promise<number> {
    const { rows } = await this.#run('count', this.#sql.countAll, [])
    return Number(rows[0]?.[0])
  }

  /** Whether a row can have this name. */
  canHold(name: Uint8Array): boolean {
    return this.#cells.cellsOf(name) !== undefined
  }

  /** The types of the columns of the key, for a message. */
  get keyTypes(): string {
    return this.#parts.table.keys.map(({ typeName }) => typeName).join(', ')
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#parts.close()
  }

  #where(key: Uint8Array): SqlValue[] | undefined {
    const where = this.#cells.whereOf(key)
    return where && this.#parts.table.isOwn ? [...where, this.#now()] : where
  }

  #now(): number {
    return Math.floor(this.#parts.now())
  }

  #run(action: string, sql: string, values: readonly SqlValue[], signal?: AbortSignal): Promise<SqlResult> {
    return this.#call(action, connection => connection.run(sql, values), signal)
  }

  #call<T>(
    action: string,
    work: (connection: SqlConnection) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    if (this.#isClosed) return Promise.reject(failure('CLOSED', action, undefined, 'the store is closed'))
    return this.#pool.run(action, work, signal)
  }
}

/** A name as a text that is equal only for equal bytes. */
function nameText(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1')
}
