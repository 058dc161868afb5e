import { DatastoreError } from '../../../errors.ts'
import { checkOptions, wholeNumber } from '../../../options.ts'
import { serverUrl } from '../../../stack/server-url.ts'
import { Backoff } from '../../connect/backoff.ts'
import { CONNECTION_TIMEOUT } from '../../connect/connection-options.ts'
import { LostConnections } from '../../connect/lost-connections.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { type TlsSettings, tlsSettings } from '../../connect/tls.ts'
import { type ServerPlace, Tunnel } from '../../connect/tunnel.ts'
import { copyOf, memcachedFailure, refusal } from './failures.ts'
import type { MemcachedOptions } from './memcached-datastore.ts'
import { MetaConnection } from './meta-connection.ts'
import type { Reply } from './reply-reader.ts'
import { factsOf, type ServerFacts } from './server-facts.ts'

const PORT = 11_211
/** The schema of an address. */
export const memcachedUrl = () => serverUrl(['memcached'])

/** Everything needed to connect to a server. */
export interface Access {
  readonly address: ServerPlace
  /** The name of the server in messages. */
  readonly name: string
  readonly timeout: number
  readonly tls: TlsSettings | undefined
  readonly place: () => Promise<ServerPlace>
  readonly connect: () => Promise<MetaConnection>
  /** Closes the tunnel. */
  close(): Promise<void>
}

/**
 * Reads files, and opens the tunnel.
 * @throws DatastoreError `CONFIG_INVALID` for an invalid option.
 */
export async function accessTo(
  options: Pick<MemcachedOptions, 'url' | 'timeout' | 'tls' | 'tunnel'>,
  context: ServerContext,
): Promise<Access> {
  checkOptions('open a memcached store', options, { timeout: wholeNumber(1, 600_000) })
  const { error } = memcachedUrl().safeParse(options.url)
  if (error !== undefined) throw refusal(error.issues[0]?.message ?? '')
  const { hostname, port } = new URL(options.url)
  const address = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? PORT : Number(port) }
  const { timeout = CONNECTION_TIMEOUT } = options
  const tls = await tlsSettings(options.tls, address.host, context)
  const tunnel = options.tunnel && (await Tunnel.open(options.tunnel, context))
  const place = async () => (await tunnel?.forward(address)) ?? address
  return {
    address,
    name: `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`,
    timeout,
    tls,
    place,
    connect: async () => MetaConnection.open(await place(), tls, timeout),
    close: async () => tunnel?.close(),
  }
}

/** The connection of one store, which is made again when it is lost. While the server is gone calls fail at once. */
export class MemcachedServer {
  readonly #access: Access
  readonly #status: LostConnections
  readonly #reached: ((connection: MetaConnection) => Promise<void>)[] = []
  #connection: MetaConnection | undefined
  #lost: DatastoreError | undefined
  /** The first attempt to connect again, for which calls wait. */
  #trying: Promise<void> | undefined
  #isClosed = false
  readonly #backoff = new Backoff()

  private constructor(access: Access, report: ServerContext['report']) {
    this.#access = access
    this.#status = new LostConnections(lost => report?.({ lost }))
  }

  /** @throws DatastoreError `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED` */
  static async open(access: Access, report: ServerContext['report']): Promise<MemcachedServer> {
    const server = new MemcachedServer(access, report)
    try {
      server.#use(await access.connect())
      return server
    } catch (error) {
      throw memcachedFailure(`connect to ${access.name}`, error)
    }
  }

  get name(): string {
    return this.#access.name
  }

  /** Calls `listener` with each new connection, before any call uses it. */
  onReached(listener: (connection: MetaConnection) => Promise<void>): void {
    this.#reached.push(listener)
  }

  /** A connection of its own, for a scan. The caller closes it. */
  async separate(): Promise<MetaConnection> {
    try {
      return await this.#access.connect()
    } catch (error) {
      throw memcachedFailure(`connect to ${this.name}`, error)
    }
  }

  /** @throws DatastoreError Naming `action`. */
  send(action: string, command: string, value?: Uint8Array): Promise<Reply> {
    const connection = this.#connection
    const sent =
      connection === undefined
        ? this.#ready(action).then(one => one.send(command, value))
        : connection.send(command, value)
    return sent.catch((error: unknown) => {
      throw memcachedFailure(action, error)
    })
  }

  /** @throws DatastoreError Naming `action`. */
  async facts(action: string): Promise<ServerFacts> {
    try {
      return await factsOf(await this.#ready(action))
    } catch (error) {
      throw memcachedFailure(action, error)
    }
  }

  /** The connection, once the first attempt to make it again has ended. */
  async #ready(action: string): Promise<MetaConnection> {
    await this.#trying
    if (this.#isClosed) throw new DatastoreError('CLOSED', { action, reason: 'the store is closed' })
    if (this.#connection !== undefined) return this.#connection
    const gone = new Error('The server closed the connection')
    throw this.#lost === undefined ? memcachedFailure(action, gone) : copyOf(this.#lost, action)
  }

  #use(connection: MetaConnection): void {
    this.#connection = connection
    this.#lost = undefined
    this.#status.remove(this)
    connection.onEnd(error => this.#lose(error))
  }

  #lose(error: unknown): void {
    this.#connection = undefined
    if (this.#isClosed) return
    this.#note(`use ${this.name}`, error)
    void this.#reconnect()
  }

  async #reconnect(): Promise<void> {
    this.#backoff.reset()
    this.#trying = this.#attempt()
    await this.#trying
    this.#trying = undefined
    while (this.#connection === undefined && (await this.#backoff.pause())) await this.#attempt()
  }

  async #attempt(): Promise<void> {
    let connection: MetaConnection | undefined
    try {
      connection = await this.#access.connect()
      for (const listener of this.#reached) await listener(connection)
      if (this.#isClosed) connection.close()
      else this.#use(connection)
    } catch (error) {
      connection?.close()
      if (!this.#isClosed) this.#note(`connect to ${this.name}`, error)
    }
  }

  #note(action: string, error: unknown): void {
    const failed = memcachedFailure(action, error)
    this.#lost = failed
    this.#status.add(this, failed.message)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#status.remove(this)
    this.#backoff.end()
    this.#connection?.close()
    this.#connection = undefined
    await this.#access.close()
  }
}
