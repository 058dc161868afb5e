import type * as redisPackage from '@redis/client'
import { DatastoreError, rejected } from '../../../../errors.ts'
import { Backoff } from '../../../connect/backoff.ts'
import type { LostConnections } from '../../../connect/lost-connections.ts'
import type { TlsSettings } from '../../../connect/tls.ts'
import type { ServerPlace } from '../../../connect/tunnel.ts'
import { copyOfFailure, isRefusal, redisFailure } from './failures.ts'

export type RedisPackage = typeof redisPackage
type Client = ReturnType<RedisPackage['createClient']>

/**
 * All clients are duplicates of this one, which never connects. `createClient` builds a new class with all commands
 * whenever its options differ from those of the previous call, which takes longer than to connect. Duplicates share one
 * class.
 */
let template: Client | undefined

/** An argument of a command. Its bytes must not change until the answer has arrived. */
export type Argument = string | Buffer
/** The answer of a command. Strings are returned as bytes; a refusal inside an array as an `Error`. */
export type Reply = string | Buffer | number | null | Error | Reply[]

export interface ConnectionSettings {
  readonly client: RedisPackage
  /** The current address of the server. Read for each connection, because a tunnel may have been restored. */
  readonly place: () => Promise<ServerPlace>
  /** The name of the server in errors. */
  readonly name: string
  readonly tls: TlsSettings | undefined
  readonly user: string | undefined
  readonly password: string | undefined
  readonly database: number
  /** The time limit of a call, and of connecting, in milliseconds. */
  readonly timeout: number
  /** Runs on each new connection before other calls. If it fails, the connection is not used. */
  readonly prepare?: ((send: Send, client: SubscribingClient) => Promise<void>) | undefined
  /** Updated when the connection is lost or restored. */
  readonly lost?: LostConnections | undefined
  /** Called each time that the connection is lost. */
  readonly onLost?: (() => void) | undefined
}

/** The part of a client that receives messages. Messages may be arrays, although its types do not say so. */
export interface SubscribingClient {
  subscribe(channel: string, listener: (message: unknown) => void, asBytes: true): Promise<void>
}

export type Send = (args: readonly Argument[]) => Promise<Reply>

/** The number of checks for unanswered calls within the time limit of a call. */
const LOOKS = 5

/**
 * One connection to one server, restored when it is lost. Calls are sent in call order, without waiting for each other.
 * Running calls fail when the connection is lost, because it is unknown whether they took effect. Calls made right
 * after that wait for one attempt to reconnect; while the server is unreachable they fail immediately.
 */
export class Connection {
  readonly name: string
  readonly #settings: ConnectionSettings
  #client: Client | undefined
  /** Settles when the current attempt to connect has succeeded or failed. */
  #attempt: Promise<void> | undefined
  /** Why there is no connection. */
  #lost: DatastoreError | undefined
  #isClosed = false
  readonly #backoff = new Backoff()
  /** Calls sent and answered on this connection, to detect those that are not answered. */
  #sent = 0
  #answered = 0
  #watch: NodeJS.Timeout | undefined
  /** The number of calls sent at the last checks. */
  #sentAtChecks: number[] = []

  private constructor(settings: ConnectionSettings) {
    this.name = settings.name
    this.#settings = settings
  }

  /** @throws DatastoreError `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`, `CONFIG_INVALID` if the first attempt fails. */
  static async open(settings: ConnectionSettings): Promise<Connection> {
    const connection = new Connection(settings)
    await connection.#connect()
    return connection
  }

  /** A connection that is made in the background. Its first calls wait for it. */
  static begin(settings: ConnectionSettings): Connection {
    const connection = new Connection(settings)
    connection.#reconnect()
    return connection
  }

  get isUp(): boolean {
    return this.#client !== undefined
  }

  /**
   * Sends a command.
   * @param recover Handles a failure and returns an answer.
   * @throws DatastoreError if the connection is lost. A refusal of the server is an `Error` of the client.
   */
  send(args: readonly Argument[], recover: (error: unknown) => Promise<Reply> = rejected): Promise<Reply> {
    const client = this.#client
    if (client === undefined) return this.#sendLater(args, recover)
    this.#sent++
    this.#watch ??= this.#beginWatch()
    return client.sendCommand<Reply>(args.map(compact)).then(this.#onAnswer, (error: unknown) => {
      this.#answered++
      return recover(this.#isOfClient(error) ? this.#lossBy(error) : error)
    })
  }

  /** Sends two commands with no other in between. Returns the answer of the second. */
  sendAfter(first: readonly Argument[], args: readonly Argument[]): Promise<Reply> {
    if (this.#client === undefined) return this.#sendLater(args, rejected)
    this.send(first).catch(() => undefined)
    return this.send(args)
  }

  /** Runs commands in a transaction (`MULTI`). Returns their answers. */
  async transact(commands: readonly (readonly Argument[])[]): Promise<readonly Reply[]> {
    if (this.#client === undefined) await this.#whenUp()
    // No other command comes between them, because they are sent in one turn.
    const queued = [['MULTI'], ...commands].map(command => this.send(command))
    const all = await Promise.all([...queued, this.send(['EXEC'])])
    const answers = all.at(-1) as readonly Reply[]
    for (const answer of answers) if (answer instanceof Error) throw answer
    return answers
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const client = this.#client
    this.#client = undefined
    this.#lost = new DatastoreError(
      'CLOSED',
      `Cannot use the connection to ${this.name}: the store is closed`,
    )
    this.#settings.lost?.remove(this)
    this.#backoff.end()
    this.#endWatch()
    if (client?.isOpen === true) client.destroy()
    await this.#attempt?.catch(() => undefined)
  }

  readonly #onAnswer = (reply: Reply): Reply => {
    this.#answered++
    return reply
  }

  async #sendLater(args: readonly Argument[], recover: (error: unknown) => Promise<Reply>): Promise<Reply> {
    try {
      await this.#whenUp()
    } catch (error) {
      return recover(error)
    }
    return this.send(args, recover)
  }

  /** Waits for the current attempt to connect. */
  async #whenUp(): Promise<void> {
    if (this.#isClosed || this.#attempt === undefined) throw this.#failure
    try {
      await this.#attempt
    } catch {
      throw this.#failure
    }
    if (this.#client === undefined) throw this.#failure
  }

  /** A new error for each call. */
  get #failure(): DatastoreError {
    return copyOfFailure(
      this.#lost ?? redisFailure(`reach ${this.name}`, new Error('there is no connection')),
    )
  }

  async #connect(): Promise<void> {
    const { timeout } = this.#settings
    let client: Client | undefined
    let late: NodeJS.Timeout | undefined
    const isLate = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(this.#timeout('connect to')), timeout)
    })
    try {
      const making = this.#newClient(made => {
        client = made
      })
      making.catch(() => undefined)
      await Promise.race([making, isLate])
    } catch (error) {
      if (client?.isOpen === true) client.destroy()
      throw redisFailure(`connect to ${this.name}`, error)
    } finally {
      clearTimeout(late)
    }
    const ready = client
    if (ready === undefined) return
    if (this.#isClosed && ready.isOpen) ready.destroy()
    if (!ready.isReady) throw redisFailure(`connect to ${this.name}`, new Error('the connection was lost'))
    ready.on('error', (error: unknown) => this.#onLost(ready, error))
    this.#client = ready
    this.#lost = undefined
    this.#sent = 0
    this.#answered = 0
    this.#settings.lost?.remove(this)
  }

  /** @param made Called before the client connects. */
  async #newClient(made: (client: Client) => void): Promise<void> {
    const { client: redis, place, tls, user, password, database, timeout, prepare } = this.#settings
    const { host, port } = await place()
    const socket = { host, port, connectTimeout: timeout, reconnectStrategy: false as const }
    template ??= redis.createClient({ maintNotifications: 'disabled' })
    const client = template.duplicate({
      socket: tls === undefined ? socket : { ...socket, ...tls, tls: true },
      ...(user !== undefined && { username: user }),
      ...(password !== undefined && { password }),
      database,
      // Calls without a connection wait here, not in the client.
      disableOfflineQueue: true,
      disableClientInfo: true,
      maintNotifications: 'disabled',
      commandOptions: { typeMapping: { [redis.RESP_TYPES.BLOB_STRING]: Buffer } },
    }) as unknown as Client
    made(client)
    const reasons: unknown[] = []
    // The first error is the cause. Later ones only report that the client gave up.
    client.on('error', (error: unknown) => reasons.push(error))
    try {
      await client.connect()
      // Without a password nothing has been sent yet, so any silent server would count as connected.
      await client.sendCommand(['PING']).catch((error: unknown) => {
        if (!isRefusal(error, 'NOPERM')) throw error
      })
      await prepare?.(args => client.sendCommand<Reply>(args), client)
    } catch (error) {
      throw error instanceof this.#settings.client.ErrorReply ? error : (reasons[0] ?? error)
    }
  }

  #onLost(client: Client, error: unknown): void {
    if (this.#client !== client) return
    this.#client = undefined
    this.#lost ??= redisFailure(`use ${this.name}`, error)
    this.#endWatch()
    if (client.isOpen) client.destroy()
    this.#settings.onLost?.()
    this.#reportLost()
    this.#reconnect()
  }

  /** Reconnects until it succeeds. */
  #reconnect(): void {
    if (this.#isClosed) return
    const attempt = this.#connect()
    this.#attempt = attempt
    attempt.catch(() => undefined)
    void this.#retryConnect(attempt)
  }

  async #retryConnect(first: Promise<void>): Promise<void> {
    let attempt: Promise<void> | undefined = first
    this.#backoff.reset()
    while (!this.#isClosed) {
      try {
        await (attempt ?? this.#connect())
        return
      } catch (error) {
        this.#noteFailure(error)
      } finally {
        // From now on calls fail immediately.
        this.#attempt = undefined
      }
      attempt = undefined
      await this.#backoff.pause()
    }
  }

  #noteFailure(error: unknown): void {
    if (this.#isClosed) return
    this.#lost = redisFailure(`connect to ${this.name}`, error)
    this.#reportLost()
  }

  #reportLost(): void {
    this.#settings.lost?.add(this, this.#failure.message)
  }

  /** Whether an error concerns the connection, and is not an answer of the server. */
  #isOfClient(error: unknown): boolean {
    return !(error instanceof this.#settings.client.ErrorReply)
  }

  #lossBy(error: unknown): DatastoreError {
    return this.#lost === undefined ? redisFailure(`use ${this.name}`, error) : this.#failure
  }

  /** Checks periodically whether the oldest running call is answered in time. A server answers in call order. */
  #beginWatch(): NodeJS.Timeout {
    this.#sentAtChecks = []
    const { timeout } = this.#settings
    return setInterval(() => this.#checkTimeout(), Math.max(1, timeout / LOOKS))
  }

  #checkTimeout(): void {
    if (this.#sent === this.#answered) {
      this.#endWatch()
      return
    }
    this.#sentAtChecks.push(this.#sent)
    if (this.#sentAtChecks.length < LOOKS) return
    const due = this.#sentAtChecks.shift() as number
    const client = this.#client
    if (this.#answered >= due || client === undefined) return
    this.#lost = this.#timeout('use')
    this.#onLost(client, this.#lost)
  }

  #timeout(action: string): DatastoreError {
    const reason = `the server did not answer within ${this.#settings.timeout} ms`
    return new DatastoreError('TIMEOUT', { action: `${action} ${this.name}`, reason })
  }

  #endWatch(): void {
    clearInterval(this.#watch)
    this.#watch = undefined
  }
}

/** The maximum length of an argument for which an ASCII check is worthwhile, in bytes. */
const SHORT = 256
// biome-ignore lint: control characters are ASCII, too
const ASCII = /^[\0-\x7f]*$/

/** Short ASCII arguments as strings: the client joins strings, but writes each `Buffer` to the socket separately. */
export function compact(argument: Argument): Argument {
  if (typeof argument === 'string' || argument.length > SHORT) return argument
  const text = argument.toString('latin1')
  return ASCII.test(text) ? text : argument
}

/** The same bytes as a `Buffer`, without a copy. */
export function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}

/** Reports that the connection to a server was restored: it may be another server, or have lost its data. */
export class ReconnectHook {
  #listener: ((send: Send) => Promise<void>) | undefined

  /** Runs on each new connection. */
  readonly prepare = async (send: Send): Promise<void> => {
    await this.#listener?.(send)
  }

  /** @param listener Uses `send` for its calls, which come before all others on the new connection. */
  follow(listener: (send: Send) => Promise<void>): void {
    this.#listener = listener
  }
}
