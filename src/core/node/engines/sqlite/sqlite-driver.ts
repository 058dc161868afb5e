import { failure } from '../../../errors.ts'
import type { Maybe } from '../../../open/call.ts'
import { copyOf } from '../../../open/payload.ts'
import type {
  Check,
  DriverCapabilities,
  DriverInfo,
  Expect,
  OrderedDriver,
  OthersChange,
  Outcome,
  Range,
  Row,
  Write,
} from '../../../ordered/driver.ts'
import { areSeen, outcomeOf } from '../../../ordered/expect.ts'
import { TurnGroup } from '../turn-group.ts'
import { whenFree } from './busy.ts'
import { sqliteFailure } from './failures.ts'
import { ForeignCommits } from './foreign-commits.ts'
import type { Database, SqlRow, Statement } from './sqlite-client.ts'
import { type Table, type TableSql, tableSql } from './table.ts'

/** Milliseconds between removals of what has expired. */
const PURGE = 60_000
/** SQLite limits a row to a billion bytes. */
const MAX_BYTES = 999_000_000

/** A write that waits for the end of its turn. It holds a copy of the value. */
interface WaitingWrite {
  readonly write: Write
  readonly durable: boolean
}

/** An open database, and how the driver uses it. */
export interface SqliteUse {
  readonly database: Database
  readonly close: () => void
  /** Names the data. */
  readonly id: string
  readonly isWritable: boolean
  /** Every commit waits for the device. */
  readonly isDurable: boolean
}

/** One table of an SQLite database that other programs may have open as well. */
export class SqliteDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities
  readonly #database: Database
  readonly #close: () => void
  readonly #table: Table
  readonly #sql: TableSql
  readonly #isDurable: boolean
  readonly #statements = new Map<string, Statement>()
  /** Writes called side by side share a transaction: each by itself would write the same pages again. */
  readonly #writes = new TurnGroup<WaitingWrite, Outcome>({
    one: ({ write, durable }) =>
      this.#run('write', undefined, () => this.#durably(durable, () => this.#write(write))),
    many: writes => this.#run('write', undefined, () => this.#writeMany(writes)),
    bytesOf: ({ write }) => write.value?.length ?? 0,
  })
  readonly #foreign = new ForeignCommits(() => this.#dataVersion())
  #purgeAt = 0
  #isClosed = false

  constructor(table: Table, use: SqliteUse) {
    const { database, id, isWritable, isDurable } = use
    this.#database = database
    this.#close = use.close
    this.#table = table
    this.#sql = tableSql(table)
    this.#isDurable = isDurable
    const columns = table.isOwn
    this.info = { kind: 'sqlite', id, readAhead: 16, maxRows: 2000, text: false, columns, lent: true }
    this.capabilities = {
      writable: isWritable,
      conditions: 'everyone',
      commit: { most: Number.POSITIVE_INFINITY, ranges: true },
      durable: true,
      parts: table.isOwn,
      shared: true,
      valueBytes: MAX_BYTES,
    }
    if (isWritable) database.exec(`PRAGMA synchronous = ${isDurable ? 'FULL' : 'NORMAL'}`)
  }

  get(
    key: Uint8Array,
    part?: { readonly start: number; readonly end: number },
    signal?: AbortSignal,
  ): Maybe<Row | undefined> {
    return this.#run('get', signal, () => (part === undefined ? this.#get(key) : this.#part(key, part)))
  }

  #get(key: Uint8Array): Row | undefined {
    const row = this.#statement(this.#sql.get).get(key, ...this.#now())
    return row && rowOf(key, row)
  }

  #part(key: Uint8Array, { start, end }: { readonly start: number; readonly end: number }): Row | undefined {
    const length = Math.min(end - start, MAX_BYTES)
    const row = this.#statement(this.#sql.part).get(start, length, key, ...this.#now())
    return row && rowOf(key, row)
  }

  head(key: Uint8Array, signal?: AbortSignal): Maybe<Row | undefined> {
    return this.#run('stat', signal, () => this.#current(key, 'present'))
  }

  /** A row with what a condition compares: without its value unless the condition is on the value. */
  #current(key: Uint8Array, expect: Expect): Row | undefined {
    const isOfValue = typeof expect === 'object' && !('version' in expect)
    if (!this.#table.isOwn || isOfValue) return this.#get(key)
    const row = this.#statement(this.#sql.head).get(key, ...this.#now())
    return row && rowOf(key, row)
  }

  has(key: Uint8Array, signal?: AbortSignal): Maybe<boolean> {
    return this.#run(
      'look up',
      signal,
      () => this.#statement(this.#sql.has).get(key, ...this.#now()) !== undefined,
    )
  }

  range(range: Range, signal?: AbortSignal): Maybe<readonly Row[]> {
    return this.#run('read a range', signal, () => this.#range(range))
  }

  #range({ from, to, limit, reverse, keysOnly }: Range): readonly Row[] {
    const due = this.#due()
    const statement = this.#statement(this.#sql.range(reverse, keysOnly, due.length > 0))
    const rows = statement.all(from, to, ...due, Math.min(limit, this.info.maxRows))
    return keysOnly
      ? rows.map(({ key }) => ({ key: key as Uint8Array }))
      : rows.map(row => rowOf(row['key'] as Uint8Array, row))
  }

  count(
    { from, to, limit }: Pick<Range, 'from' | 'to' | 'limit'>,
    signal?: AbortSignal,
  ): Maybe<{ readonly count: number; readonly last: Uint8Array | undefined }> {
    return this.#run('count', signal, () => {
      const due = this.#due()
      const row = this.#statement(this.#sql.count(due.length > 0)).get(from, to, ...due, limit)
      return { count: Number(row?.['count']), last: (row?.['last'] ?? undefined) as Uint8Array | undefined }
    })
  }

  /** The current time, if the table holds expired values; else nothing. */
  #due(): readonly number[] {
    const now = this.#now()
    return now.length > 0 && this.#statement(this.#sql.due).get(...now) !== undefined ? now : []
  }

  write(write: Write, durable: boolean, signal?: AbortSignal): Maybe<Outcome> {
    if (!this.#writes.passesNext()) {
      const value = write.value && copyOf(write.value)
      return this.#writes.push({ write: { ...write, value }, durable })
    }
    let own = write
    const outcome = this.#run('write', signal, () => this.#durably(durable, () => this.#write(own)))
    // It is retried after this has returned, when the caller may have changed the bytes.
    if (outcome instanceof Promise) own = { ...write, value: write.value && copyOf(write.value) }
    return outcome
  }

  #write(write: Write): Outcome {
    return write.expect === 'any' ? this.#overwrite(write) : this.#alone(() => this.#checkedWrite(write))
  }

  #overwrite(write: Write): Outcome {
    return this.#apply(write) || write.value !== undefined ? 'done' : 'absent'
  }

  #checkedWrite(write: Write): Outcome {
    if (write.expect === 'any') return this.#overwrite(write)
    const outcome = outcomeOf(write, this.#current(write.key, write.expect))
    if (outcome === 'done') this.#apply(write)
    return outcome
  }

  /** In one transaction, durable if one of the writes is. */
  #writeMany(writes: readonly WaitingWrite[]): readonly Outcome[] {
    const durable = writes.some(one => one.durable)
    return this.#durably(durable, () =>
      this.#alone(() => writes.map(({ write }) => this.#checkedWrite(write))),
    )
  }

  commit(
    checks: readonly Check[],
    writes: readonly Omit<Write, 'expect'>[],
    durable: boolean,
    signal?: AbortSignal,
  ): Maybe<boolean> {
    // The commit sees every write that was called before it.
    this.#writes.flush()
    return this.#run('write', signal, () =>
      this.#durably(durable, () =>
        this.#alone(() => {
          const isSeen = areSeen(
            checks,
            (key, seen) => this.#current(key, seen),
            range => this.#range(range),
          )
          if (isSeen) for (const write of writes) this.#apply(write)
          return isSeen
        }),
      ),
    )
  }

  /** @returns Whether it changed anything. */
  #apply({ key, value, version, mtime, expires }: Omit<Write, 'expect'>): boolean {
    const { put, remove } = this.#sql
    if (value === undefined) return Number(this.#statement(remove).run(key, ...this.#now()).changes) > 0
    this.#refuseValue(value)
    if (expires !== undefined) this.#purge()
    const columns = this.#table.isOwn ? [version ?? null, mtime ?? null, expires ?? null] : []
    this.#statement(put).run(key, value, ...columns)
    return true
  }

  /** @throws DatastoreError `VALUE_INVALID` for bytes that a column of text cannot hold. */
  #refuseValue(value: Uint8Array): void {
    if (this.#table.values === 'blob' || isText(value)) return
    const column = JSON.stringify(this.#table.valueColumn)
    throw failure('VALUE_INVALID', 'write', undefined, `the column ${column} holds text, and it is not UTF-8`)
  }

  /** Runs `work` in a transaction that excludes other writers. */
  #alone<T>(work: () => T): T {
    this.#statement('BEGIN IMMEDIATE').run()
    try {
      const result = work()
      this.#statement('COMMIT').run()
      return result
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK')
    } catch {
      // Some failures roll back by themselves. The first failure is the one to report.
    }
  }

  #durably<T>(durable: boolean, work: () => T): T {
    if (this.#isDurable || !durable) return work()
    this.#database.exec('PRAGMA synchronous = FULL')
    try {
      return work()
    } finally {
      this.#database.exec('PRAGMA synchronous = NORMAL')
    }
  }

  /** Runs `work` now. While another connection holds the lock, retries without blocking the thread. */
  #run<T>(action: string, signal: AbortSignal | undefined, work: () => T): Maybe<T> {
    if (this.#isClosed) throw failure('CLOSED', action, undefined, 'the store is closed')
    return whenFree(action, work, () => this.#isClosed || signal?.aborted === true)
  }

  /** Commits an empty change with `synchronous = FULL`, which also syncs all commits before it. */
  sync(): Maybe<void> {
    if (!this.capabilities.writable || this.#isDurable) return
    return this.#run('sync', undefined, () =>
      this.#durably(true, () => {
        const { user_version: version } = this.#statement('PRAGMA user_version').get() ?? {}
        this.#database.exec(`PRAGMA user_version = ${Number(version)}`)
      }),
    )
  }

  changes(listener: (change: OthersChange) => void): () => void {
    return this.#foreign.follow(listener)
  }

  othersWrote(): boolean {
    return this.#foreign.hasNew()
  }

  #dataVersion(): unknown {
    return this.#statement('PRAGMA data_version').get()?.['data_version']
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#foreign.close()
    this.#statements.clear()
    this.#moveLogIntoFile()
    try {
      this.#close()
    } catch (error) {
      throw sqliteFailure('close', error)
    }
  }

  /**
   * Checkpoints the write-ahead log, as SQLite does when the last connection closes. The package closes the connection only
   * once all of its statements are collected, so without this a copy of the file could lack the last writes.
   */
  #moveLogIntoFile(): void {
    if (!this.capabilities.writable) return
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // Others read from the log, or the disk is full. The log then stays next to the file.
    }
  }

  /** Deletes expired rows, at most once a minute. Reads hide them in any case. */
  #purge(): void {
    if (!this.#table.isOwn || Date.now() < this.#purgeAt) return
    this.#purgeAt = Date.now() + PURGE
    this.#statement(this.#sql.purge).run(Date.now())
  }

  /** The current time as a parameter, for a table with expiry times. */
  #now(): readonly number[] {
    return this.#table.isOwn ? [Date.now()] : []
  }

  #statement(sql: string): Statement {
    const found = this.#statements.get(sql)
    if (found !== undefined) return found
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function rowOf(key: Uint8Array, { value, type, size, ver, mtime, exp }: SqlRow): Row {
  if (typeof type === 'string' && type !== 'blob' && type !== 'text') {
    const state = `its value is ${type === 'null' ? 'NULL' : `of type ${type.toUpperCase()}`}, not bytes or text`
    throw failure('VALUE_INVALID', 'read a value', undefined, state)
  }
  return {
    key,
    value: (value ?? undefined) as Uint8Array | undefined,
    version: numberOf(ver),
    mtime: numberOf(mtime),
    expires: numberOf(exp),
    size: numberOf(size) ?? (value instanceof Uint8Array ? value.length : undefined),
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

const strict = new TextDecoder('utf-8', { fatal: true })

function isText(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes)
    return true
  } catch {
    return false
  }
}
