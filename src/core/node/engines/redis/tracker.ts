import { Connection, type ConnectionSettings, type Send, type SubscribingClient } from './connection.ts'
import { isRefusal } from './failures.ts'

const CHANNEL = '__redis__:invalidate'

type Tell = (name: Buffer | 'resync') => void

/**
 * What others change on one server. The server is asked to tell the connection that is used for calls which names are
 * changed by others (CLIENT TRACKING in broadcasting mode), by way of a second connection, as Redis 6 and later do without
 * being configured for it. Changes by a script of this connection are told as well.
 */
export class Tracker {
  readonly #settings: ConnectionSettings
  readonly #prefix: Buffer
  #listener: Connection | undefined
  #id: string | undefined
  #data: Connection | undefined
  #tell: Tell = () => undefined

  constructor(settings: ConnectionSettings, prefix: Uint8Array) {
    this.#settings = settings
    this.#prefix = Buffer.from(prefix)
  }

  /** What the connection for calls has to do each time that it is made. */
  readonly prepare = async (send: Send): Promise<void> => {
    if (this.#id === undefined) return
    await this.#track(send, this.#id)
    this.#tell('resync')
  }

  /**
   * Begins to listen.
   * @returns False where the server, or the rights of the user, do not allow it.
   */
  async open(data: Connection): Promise<boolean> {
    this.#data = data
    try {
      this.#listener = await Connection.open({
        ...this.#settings,
        prepare: (send, client) => this.#listen(send, client),
        onLost: () => {
          this.#id = undefined
        },
      })
      return true
    } catch (error) {
      if (isRefusal(error, 'NOPERM') || isRefusal(error, 'ERR')) return false
      throw error
    }
  }

  follow(signal: AbortSignal, tell: Tell): void {
    this.#tell = tell
    signal.addEventListener('abort', () => {
      this.#tell = () => undefined
    })
  }

  async close(): Promise<void> {
    await this.#listener?.close()
  }

  async #listen(send: Send, client: SubscribingClient): Promise<void> {
    const id = String(await send(['CLIENT', 'ID']))
    const data = this.#data
    await client.subscribe(CHANNEL, (message: unknown) => this.#take(message), true)
    if (data?.isUp === true) await this.#track(args => data.send(args), id)
    this.#id = id
    this.#tell('resync')
  }

  async #track(send: Send, id: string): Promise<void> {
    await send(['CLIENT', 'TRACKING', 'OFF'])
    const prefix = this.#prefix.length === 0 ? [] : ['PREFIX', this.#prefix]
    await send(['CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'BCAST', 'NOLOOP', ...prefix])
  }

  /** Names; nothing where all keys were removed. */
  #take(message: unknown): void {
    if (!Array.isArray(message)) {
      this.#tell('resync')
      return
    }
    for (const name of message) if (Buffer.isBuffer(name)) this.#tell(name)
  }
}
