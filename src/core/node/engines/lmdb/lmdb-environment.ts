import type { RootDatabase } from 'lmdb'
import { DatastoreError, type ErrorCode, failure, messageOf } from '../../../errors.ts'
import type { OthersChange, Write } from '../../../ordered/driver.ts'
import { BYTES, bufferOf, type LmdbBytes } from './lmdb-rows.ts'

/** Milliseconds between two checks for transactions of other processes. */
const LOOK = 500

export type Root = RootDatabase<Buffer, Buffer>
export type Waiting = Omit<Write, 'expect'>

/** A user of a database, and its listener for writes by others. */
export interface User {
  /** The name of the database. Absent: the main one. */
  readonly database: string | undefined
}

const NO_USER: User = { database: undefined }

/** Writes one record within a transaction. */
export type Put = (write: Waiting) => unknown

/** Work for the next transaction. */
interface Job {
  readonly user: User
  /** A put without conditions, or work that checks conditions and writes, synchronously. It returns its result. */
  readonly work: Waiting | ((database: LmdbBytes, put: Put) => unknown)
}

/** The jobs of one transaction. */
class Batch {
  readonly jobs: Job[] = []
  /** Settles with the results of the jobs, in their order. All of them fail together. */
  readonly ended: Promise<readonly unknown[]>
  /** The same for a put, which has no result. One promise for all puts: there may be many of them. */
  readonly done: Promise<'done'>
  resolve!: (results: readonly unknown[]) => void
  reject!: (reason: unknown) => void

  constructor() {
    this.ended = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.done = this.ended.then(() => 'done' as const)
    // A batch may have no puts.
    this.done.catch(() => undefined)
  }
}

/**
 * An open file, shared by all its users in this process. Work that comes while a transaction is being written joins the
 * next one, where each job is checked after those before it. The client's thread waits for LMDB's lock and for the
 * device.
 */
export class LmdbEnvironment {
  readonly #open: (isWritable: boolean) => Root
  #root: Root
  #isWritable: boolean
  readonly #databases = new Map<string | undefined, LmdbBytes>()
  /** What comes next. */
  #next = new Batch()
  #isRunning = false
  readonly #listeners = new Map<User, (change: OthersChange) => void>()
  #checkTimer: NodeJS.Timeout | undefined
  /** The last transaction that was seen. */
  #transaction = 0
  /** How often each user has written, and other processes as far as known. */
  readonly #writes = new Map<User | undefined, number>()

  constructor(open: (isWritable: boolean) => Root, isWritable: boolean) {
    this.#open = open
    this.#isWritable = isWritable
    this.#root = open(isWritable)
    this.#transaction = this.#lastTransaction
  }

  /** A process cannot have a file open for reading and for writing. Readers continue with what is open for both. */
  makeWritable(): void {
    if (this.#isWritable) return
    void this.#root.close()
    this.#databases.clear()
    this.#root = this.#open(true)
    this.#isWritable = true
  }

  /** @throws DatastoreError `CONFIG_INVALID` if the file is read-only and has no such database. */
  database(name: string | undefined): LmdbBytes {
    const open = this.#databases.get(name)
    if (open !== undefined) return open
    const opened = name === undefined ? this.#root : this.#openNamed(name)
    this.#databases.set(name, opened)
    return opened
  }

  #openNamed(name: string): LmdbBytes {
    // In a read-only file, the client returns nothing for a missing database.
    const named = this.#root.openDB<Buffer, Buffer>({ name, ...BYTES }) as LmdbBytes | undefined
    if (named !== undefined) return named
    const reason = `it has no database ${JSON.stringify(name)}`
    throw failure('CONFIG_INVALID', 'open an LMDB file', undefined, reason)
  }

  /** Reads from a database. */
  read<T>(action: string, name: string | undefined, work: (database: LmdbBytes) => T): T {
    try {
      return work(this.database(name))
    } catch (error) {
      throw lmdbFailure(action, error)
    }
  }

  /** Puts a record in the next transaction, unconditionally. */
  put(user: User, write: Waiting, durable: boolean): Promise<'done'> {
    const { done } = this.#push({ user, work: write })
    if (!durable && this.#listeners.size === 0) return done
    return done.then(async answer => {
      await this.#written(user, [write], durable)
      return answer
    })
  }

  /** Runs work in a transaction, and reports its writes to other users. */
  async transact<T>(user: User, durable: boolean, work: (database: LmdbBytes, put: Put) => T): Promise<T> {
    const written: Waiting[] = []
    const noted = (bytes: LmdbBytes, put: Put) =>
      work(bytes, write => {
        written.push(write)
        return put(write)
      })
    const { jobs, ended } = this.#push({ user, work: noted })
    const index = jobs.length - 1
    const results = await ended
    await this.#written(user, written, durable)
    return results[index] as T
  }

  async #written(user: User, writes: readonly Waiting[], durable: boolean): Promise<void> {
    // The client answers once others see the writes, which is before the device has them.
    if (durable && writes.length > 0) await this.sync()
    if (this.#listeners.size > 0) this.#notify(user, writes)
  }

  /**
   * Reports writes by others than `user`, and by other processes.
   * @returns A function that ends it.
   */
  listen(user: User, listener: (change: OthersChange) => void): () => void {
    if (this.#listeners.size === 0) {
      this.#checkTimer = setInterval(() => {
        if (!this.#isRunning) this.#checkWrites(0)
      }, LOOK).unref()
    }
    this.#listeners.set(user, listener)
    return () => {
      this.#listeners.delete(user)
      if (this.#listeners.size === 0) clearInterval(this.#checkTimer)
    }
  }

  /** Resolves once the device has all earlier writes. */
  async sync(): Promise<void> {
    await this.#root.flushed
  }

  async close(): Promise<void> {
    clearInterval(this.#checkTimer)
    while (this.#isRunning) await this.#push({ user: NO_USER, work: () => undefined }).ended
    await this.#root.close()
  }

  /** @returns The batch that the job is the last one of. */
  #push(job: Job): Batch {
    const batch = this.#next
    batch.jobs.push(job)
    if (!this.#isRunning) void this.#run()
    return batch
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#next.jobs.length > 0) {
      // Calls of one turn go into one transaction, including those made in microtasks after the answers to the one
      // before. The client itself waits for the end of the turn.
      await new Promise<void>(resolve => process.nextTick(resolve))
      const batch = this.#next
      this.#next = new Batch()
      try {
        batch.resolve(await this.#apply(batch.jobs))
      } catch (error) {
        batch.reject(lmdbFailure('write', error))
      }
    }
    this.#isRunning = false
  }

  /** One transaction, applied as a whole or not at all. */
  async #apply(jobs: readonly Job[]): Promise<readonly unknown[]> {
    // Mostly one promise for all of them.
    const done = new Set<Promise<boolean>>()
    const writers = new Set<User>()
    const work = ({ user, work }: Job) => {
      const database = this.database(user.database)
      const put = (write: Waiting): void => {
        writers.add(user)
        const one = written(database, write)
        if (one !== undefined) done.add(one)
      }
      if (typeof work === 'function') return work(database, put)
      put(work)
      return undefined
    }
    let results: readonly unknown[]
    if (jobs.every(job => typeof job.work !== 'function')) {
      // The client groups puts of one turn.
      results = jobs.map(work)
      await Promise.all(done)
    } else results = await this.#root.childTransaction(() => jobs.map(work))
    this.#checkWrites(done.size > 0 ? 1 : 0)
    for (const writer of writers) this.#count(writer)
    return results
  }

  #notify(by: User, writes: readonly Waiting[]): void {
    for (const [user, listener] of this.#listeners) {
      if (user === by || user.database !== by.database) continue
      for (const { key, value } of writes) listener({ key, isThere: value !== undefined })
    }
  }

  /**
   * Checks whether other processes have written.
   * @param own Transactions of this process since the last check.
   */
  #checkWrites(own: number): void {
    const last = this.#lastTransaction
    const isOwn = last <= this.#transaction + own
    this.#transaction = last
    if (isOwn) return
    this.#count(undefined)
    for (const listener of this.#listeners.values()) listener('resync')
  }

  /**
   * The number of writes by others than `user`. While a transaction is being written it is unknown, so the number
   * increases with every call.
   */
  writesOfOthers(user: User): number {
    if (this.#isRunning) this.#count(undefined)
    else this.#checkWrites(0)
    let count = 0
    for (const [by, writes] of this.#writes) if (by !== user) count += writes
    return count
  }

  #count(by: User | undefined, writes = 1): void {
    this.#writes.set(by, (this.#writes.get(by) ?? 0) + writes)
  }

  /** Removes a user. Its writes stay counted. */
  leave(user: User): void {
    this.#count(undefined, this.#writes.get(user) ?? 0)
    this.#writes.delete(user)
  }

  get #lastTransaction(): number {
    return (this.#root.getStats() as { readonly lastTxnId: number }).lastTxnId
  }
}

/** @returns `undefined` if there is nothing to remove. */
function written(database: LmdbBytes, { key, value }: Waiting): Promise<boolean> | undefined {
  const bytes = bufferOf(key)
  if (value !== undefined) return database.put(bytes, bufferOf(value))
  return database.doesExist(bytes) ? database.remove(bytes) : undefined
}

/** The meaning of the client's errors, by LMDB's names in their texts. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/MDB_(CORRUPTED|PAGE_NOTFOUND|PANIC|INVALID)/, 'CORRUPT', 'its files are damaged'],
  [/MDB_MAP_FULL|No space left/, 'IO', 'there is no room for more'],
  [/MDB_VERSION_MISMATCH/, 'CONFIG_INVALID', 'another version of LMDB has it open or has written it'],
  [/MDB_READERS_FULL/, 'IO', 'too many programs read it'],
  [/MDB_(INCOMPATIBLE|BAD_VALSIZE)/, 'CONFIG_INVALID', 'the database is of another sort'],
  [/Permission denied|Operation not permitted/, 'ACCESS_DENIED', 'permission denied'],
  [/Read-only file system/, 'READ_ONLY', 'the file system is read-only'],
  [/is closed|has been closed|closed database/, 'CLOSED', 'the store is closed'],
]

/** A failure of LMDB, or of the client, with a code to act on. */
export function lmdbFailure(action: string, error: unknown): DatastoreError {
  if (error instanceof DatastoreError) return error
  const text = messageOf(error)
  const [, code, state] = MEANINGS.find(([pattern]) => pattern.test(text)) ?? [undefined, 'IO', 'it failed']
  return new DatastoreError(code, { action, reason: `${state} (${text})` }, { cause: error })
}
