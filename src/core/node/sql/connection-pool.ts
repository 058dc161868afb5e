import { DatastoreError, throwIfAborted } from '../../errors.ts'
import { Backoff } from '../connect/backoff.ts'
import type { LostConnections } from '../connect/lost-connections.ts'
import { copyOfFailure } from './failures.ts'
import type { SqlConnection } from './sql-connection.ts'

export interface PoolSettings {
  /** Makes a connection that is ready for statements. */
  readonly connect: () => Promise<SqlConnection>
  /** The name of the server in errors. */
  readonly name: string
  /** The maximum number of connections. */
  readonly size: number
  /** The time limit of a call, in milliseconds. */
  readonly timeout: number
  /** The typed failure for an error of the client. */
  readonly failure: (action: string, error: unknown) => DatastoreError
  /** Updated when the server is lost or reached again. */
  readonly lost?: LostConnections | undefined
}

interface Member {
  readonly connection: SqlConnection
  /** When its call began; `undefined` while it is idle. */
  since: number | undefined
  /** Why it ended, if this is known better than by the error of its call. */
  ended: DatastoreError | undefined
}

interface Waiting {
  readonly since: number
  readonly resolve: (member: Member) => void
  readonly reject: (error: unknown) => void
}

/** The number of checks for unanswered calls within the time limit of a call. */
const LOOKS = 5

/**
 * Connections to one server, made when calls need them and restored when they are lost. A call that runs on a lost
 * connection fails, because it is unknown whether it took effect. When the last connection is lost, calls wait for one
 * attempt to reconnect; while the server is unreachable they fail immediately.
 */
export class ConnectionPool {
  readonly #settings: PoolSettings
  readonly #members = new Set<Member>()
  readonly #idle: Member[] = []
  readonly #waiting: Waiting[] = []
  readonly #reached: ((connection: SqlConnection) => Promise<void>)[] = []
  #connecting = 0
  /** Why there is no connection. */
  #lost: DatastoreError | undefined
  /** Whether the first attempt to reconnect is running, for which calls wait. */
  #isTrying = false
  /** Whether a connection was lost since the last new one. */
  #hadLoss = false
  #isClosed = false
  readonly #backoff = new Backoff()
  #watch: NodeJS.Timeout | undefined

  private constructor(settings: PoolSettings) {
    this.#settings = settings
  }

  /** Makes the first connection. @throws DatastoreError if it cannot be made. */
  static async open(settings: PoolSettings): Promise<ConnectionPool> {
    const pool = new ConnectionPool(settings)
    pool.#add(await pool.#connect())
    return pool
  }

  /** Makes the first connection in the background. Calls wait for it. */
  static begin(settings: PoolSettings): ConnectionPool {
    const pool = new ConnectionPool(settings)
    pool.#isTrying = true
    void pool.#reconnect()
    return pool
  }

  get name(): string {
    return this.#settings.name
  }

  /** The time limit of a call, in milliseconds. */
  get timeout(): number {
    return this.#settings.timeout
  }

  /** Whether the server identifies one of the connections by this number. */
  has(id: number): boolean {
    for (const { connection } of this.#members) if (connection.id === id) return true
    return false
  }

  /** Calls `listener` on the first connection after one was lost, before any call uses it. */
  onReached(listener: (connection: SqlConnection) => Promise<void>): void {
    this.#reached.push(listener)
  }

  /**
   * Runs `work` on a connection of its own.
   * @throws DatastoreError Naming `action`.
   */
  async run<T>(
    action: string,
    work: (connection: SqlConnection) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    throwIfAborted(signal, action)
    const member = this.#idle.pop() ?? (await this.#next(action))
    member.since = performance.now()
    this.#watch ??= setInterval(
      () => this.#checkTimeouts(),
      Math.max(1, this.#settings.timeout / LOOKS),
    ).unref()
    try {
      return await work(member.connection)
    } catch (error) {
      throw member.ended === undefined
        ? this.#settings.failure(action, error)
        : copyOfFailure(member.ended, action)
    } finally {
      member.since = undefined
      if (this.#members.has(member)) this.#assign(member)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#settings.lost?.remove(this)
    this.#backoff.end()
    clearInterval(this.#watch)
    const members = [...this.#members]
    this.#members.clear()
    this.#idle.length = 0
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closed('use the server'))
    await Promise.all(members.map(({ connection }) => this.#ended(connection)))
  }

  /** Ends a connection, at once where the server does not answer within the time of a call. */
  async #ended(connection: SqlConnection): Promise<void> {
    const limit = setTimeout(() => connection.destroy(), this.#settings.timeout)
    await connection.close().catch(() => undefined)
    clearTimeout(limit)
  }

  /** A connection for a call: one that is given back, or a new one. */
  #next(action: string): Promise<Member> {
    if (this.#isClosed) return Promise.reject(this.#closed(action))
    if (this.#lost !== undefined && !this.#isTrying) return Promise.reject(copyOfFailure(this.#lost, action))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ since: performance.now(), resolve, reject })
      this.#watch ??= setInterval(
        () => this.#checkTimeouts(),
        Math.max(1, this.#settings.timeout / LOOKS),
      ).unref()
      this.#grow()
    })
  }

  #assign(member: Member): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(member)
    else next.resolve(member)
  }

  /** Makes a connection if calls wait for one. */
  #grow(): void {
    if (this.#lost !== undefined || this.#isClosed) return
    if (this.#members.size + this.#connecting >= this.#settings.size) return
    if (this.#waiting.length <= this.#connecting) return
    this.#connecting++
    this.#connect()
      .finally(() => this.#connecting--)
      .then(
        connection => this.#add(connection),
        (error: unknown) => {
          // Else the server accepts no more, and calls use the connections that there are.
          if (this.#members.size === 0 && this.#connecting === 0) this.#lose(error)
        },
      )
  }

  async #connect(): Promise<SqlConnection> {
    const { connect, failure, name } = this.#settings
    try {
      const connection = await connect()
      if (this.#isClosed) {
        connection.destroy()
        throw this.#closed(`connect to ${name}`)
      }
      if (this.#hadLoss) {
        try {
          for (const listener of this.#reached) await listener(connection)
        } catch (error) {
          connection.destroy()
          throw error
        }
        this.#hadLoss = false
      }
      return connection
    } catch (error) {
      throw failure(`connect to ${name}`, error)
    }
  }

  #add(connection: SqlConnection): void {
    const member: Member = { connection, since: undefined, ended: undefined }
    this.#members.add(member)
    connection.onEnd(error => this.#onEnd(member, error))
    this.#lost = undefined
    this.#settings.lost?.remove(this)
    this.#assign(member)
    while (this.#waiting.length > this.#connecting) {
      const before = this.#connecting
      this.#grow()
      if (this.#connecting === before) break
    }
  }

  #onEnd(member: Member, error: unknown): void {
    if (!this.#members.delete(member)) return
    const at = this.#idle.indexOf(member)
    if (at >= 0) this.#idle.splice(at, 1)
    if (this.#isClosed) return
    this.#hadLoss = true
    if (this.#members.size === 0 && this.#connecting === 0) this.#lose(member.ended ?? error)
    else this.#grow()
  }

  /** There is no connection any more. */
  #lose(error: unknown): void {
    if (this.#lost !== undefined || this.#isClosed) return
    this.#note(`use ${this.name}`, error)
    this.#hadLoss = true
    this.#isTrying = true
    void this.#reconnect()
  }

  /** Reconnects until it succeeds. */
  async #reconnect(): Promise<void> {
    this.#backoff.reset()
    while (!this.#isClosed) {
      try {
        this.#add(await this.#connect())
        return
      } catch (error) {
        const failed = this.#note(`connect to ${this.name}`, error)
        for (const { reject } of this.#waiting.splice(0)) reject(copyOfFailure(failed))
      } finally {
        // From now on calls fail immediately.
        this.#isTrying = false
      }
      await this.#backoff.pause()
    }
  }

  #note(action: string, error: unknown): DatastoreError {
    const failed = this.#settings.failure(action, error)
    this.#lost = failed
    if (!this.#isClosed) this.#settings.lost?.add(this, failed.message)
    return failed
  }

  /** Ends what takes longer than a call may. */
  #checkTimeouts(): void {
    const due = performance.now() - this.#settings.timeout
    let isUsed = this.#waiting.length > 0
    for (const member of this.#members) {
      if (member.since === undefined) continue
      isUsed = true
      if (member.since > due) continue
      member.ended = this.#late()
      member.connection.destroy()
      this.#onEnd(member, member.ended)
    }
    while (this.#waiting[0] !== undefined && this.#waiting[0].since <= due) {
      this.#waiting.shift()?.reject(this.#late())
    }
    if (isUsed) return
    clearInterval(this.#watch)
    this.#watch = undefined
  }

  #late(): DatastoreError {
    const reason = `the server did not answer within ${this.#settings.timeout} ms`
    return new DatastoreError('TIMEOUT', { action: `use ${this.name}`, reason })
  }

  #closed(action: string): DatastoreError {
    return new DatastoreError('CLOSED', { action, reason: 'the store is closed' })
  }
}
