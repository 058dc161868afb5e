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
import { whenFree } from './busy.ts'
import { isBusy, sqliteFailure } from './failures.ts'
import type { Database, SqlRow, Statement } from './sqlite-client.ts'
import { type Table, type TableSql, tableSql } from './table.ts'
import { TurnWrites, type WaitingWrite } from './turn-writes.ts'

/** Milliseconds between two looks at whether others have written. */
const LOOK = 200
/** Milliseconds between removals of what has expired. */
const PURGE = 60_000
/** SQLite takes a billion bytes for a row. */
const MOST_BYTES = 999_000_000

type Waiting = Omit<Write, 'expect'>

/** An open database, and how it is used. */
export interface SqliteUse {
  readonly database: Database
  readonly close: () => void
  /** Names the data. */
  readonly id: string
  readonly isWritable: boolean
  /** Every commit waits for the device. */
  readonly isDurable: boolean
}

/** One table of an SQLite database, which other programs may have open too. */
export class SqliteDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities
  readonly #database: Database
  readonly #close: () => void
  readonly #table: Table
  readonly #sql: TableSql
  readonly #isDurable: boolean
  readonly #statements = new Map<string, Statement>()
  readonly #writes = new TurnWrites(writes => this.#writeMany(writes))
  readonly #listeners = new Set<(change: OthersChange) => void>()
  #looking: ReturnType<typeof setInterval> | undefined
  #seenVersion: unknown
  /** The version when it was asked last whether others wrote. */
  #askedVersion: unknown
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
      valueBytes: MOST_BYTES,
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
    const length = Math.min(end - start, MOST_BYTES)
    const row = this.#statement(this.#sql.part).get(start, length, key, ...this.#now())
    return row && rowOf(key, row)
  }

  head(key: Uint8Array, signal?: AbortSignal): Maybe<Row | undefined> {
    return this.#run('stat', signal, () => this.#current(key, 'present'))
  }

  /** A row as far as it takes to judge it: without the value where that is not looked at. */
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

  /** The time, if anything has expired and is there still. */
  #due(): readonly number[] {
    const now = this.#now()
    return now.length > 0 && this.#statement(this.#sql.due).get(...now) !== undefined ? now : []
  }

  write(write: Write, durable: boolean, signal?: AbortSignal): Maybe<Outcome> {
    if (this.#writes.takesNext()) return this.#writes.push(write, durable)
    let own = write
    const outcome = this.#run('write', signal, () => this.#durably(durable, () => this.#write(own)))
    // It is tried again after this has returned, when the caller may have changed the bytes.
    if (outcome instanceof Promise) own = { ...write, value: write.value && copyOf(write.value) }
    return outcome
  }

  #write(write: Write): Outcome {
    return write.expect === 'any' ? this.#overwrite(write) : this.#alone(() => this.#judgedWrite(write))
  }

  #overwrite(write: Write): Outcome {
    return this.#apply(write) || write.value !== undefined ? 'done' : 'absent'
  }

  #judgedWrite(write: Write): Outcome {
    if (write.expect === 'any') return this.#overwrite(write)
    const outcome = outcomeOf(write, this.#current(write.key, write.expect))
    if (outcome === 'done') this.#apply(write)
    return outcome
  }

  /** In one transaction; each by itself where that fails, as one of them may be to blame. */
  #writeMany(writes: readonly WaitingWrite[]): void {
    const oneByOne = () => {
      for (const { write, durable, resolve, reject } of writes) {
        try {
          resolve(this.#run('write', undefined, () => this.#durably(durable, () => this.#write(write))))
        } catch (error) {
          reject(error)
        }
      }
    }
    if (writes.length === 1) {
      oneByOne()
      return
    }
    const durable = writes.some(one => one.durable)
    const all = () =>
      this.#durably(durable, () => this.#alone(() => writes.map(({ write }) => this.#judgedWrite(write))))
    const answer = (outcomes: readonly Outcome[]) => {
      for (const [index, { resolve }] of writes.entries()) resolve(outcomes[index] as Outcome)
    }
    try {
      const outcomes = this.#run('write', undefined, all)
      if (outcomes instanceof Promise) outcomes.then(answer, oneByOne)
      else answer(outcomes)
    } catch {
      oneByOne()
    }
  }

  commit(
    checks: readonly Check[],
    writes: readonly Waiting[],
    durable: boolean,
    signal?: AbortSignal,
  ): Maybe<boolean> {
    // What was called before is seen.
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
  #apply({ key, value, version, mtime, expires }: Waiting): boolean {
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

  /** Whole or not at all, with nobody writing in between. */
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
      // Some failures have rolled back already, and the first failure counts.
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

  /** Works at once, and where somebody else has the lock, again and again without holding up the thread. */
  #run<T>(action: string, signal: AbortSignal | undefined, work: () => T): Maybe<T> {
    if (this.#isClosed) throw failure('CLOSED', action, undefined, 'the store is closed')
    return whenFree(action, work, () => this.#isClosed || signal?.aborted === true)
  }

  /** An empty change that is synced: it syncs all before it. */
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
    this.#seenVersion ??= this.#dataVersion()
    this.#listeners.add(listener)
    this.#looking ??= setInterval(() => this.#look(), LOOK).unref()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#stopLooking()
    }
  }

  othersWrote(): boolean {
    const version = this.#dataVersion()
    const isNew = version !== this.#askedVersion
    this.#askedVersion = version
    return isNew
  }

  #look(): void {
    const version = this.#dataVersion()
    if (version === this.#seenVersion) return
    this.#seenVersion = version
    for (const listener of this.#listeners) listener('resync')
  }

  #stopLooking(): void {
    clearInterval(this.#looking)
    this.#looking = undefined
  }

  /** Changes when others commit, in this process too. */
  #dataVersion(): unknown {
    try {
      return this.#statement('PRAGMA data_version').get()?.['data_version']
    } catch (error) {
      if (isBusy(error)) return this.#seenVersion
      throw sqliteFailure('watch', error)
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#stopLooking()
    this.#statements.clear()
    this.#moveLogIntoFile()
    try {
      this.#close()
    } catch (error) {
      throw sqliteFailure('close', error)
    }
  }

  /**
   * Writes what is in the log beside the database into it, as SQLite does when its last user closes. The package closes
   * only once all of its statements are garbage, so without this a copy of the file would lack what was written last.
   */
  #moveLogIntoFile(): void {
    if (!this.capabilities.writable) return
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // Others read from the log, or the disk is full: it stays beside the file.
    }
  }

  /** Removes some of what has expired. It is not shown in any case. */
  #purge(): void {
    if (!this.#table.isOwn || Date.now() < this.#purgeAt) return
    this.#purgeAt = Date.now() + PURGE
    this.#statement(this.#sql.purge).run(Date.now())
  }

  /** The time, for a table in which values expire. */
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
