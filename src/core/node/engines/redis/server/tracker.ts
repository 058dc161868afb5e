import { Connection, type ConnectionSettings, type Send, type SubscribingClient } from './connection.ts'
import { isRefusal } from './failures.ts'

const CHANNEL = '__redis__:invalidate'

type Notify = (name: Buffer | 'resync') => void

/**
 * Reports which names other clients change. The server sends the changes through a second connection (CLIENT TRACKING
 * in broadcasting mode, redirected), except those made by the connection that is used for calls. Redis 6 and later
 * support this without configuration. Changes by scripts of that connection are reported as well.
 */
export class Tracker {
  readonly #settings: ConnectionSettings
  readonly #prefix: Buffer
  #listener: Connection | undefined
  #id: string | undefined
  #data: Connection | undefined
  #notify: Notify = () => undefined

  constructor(settings: ConnectionSettings, prefix: Uint8Array) {
    this.#settings = settings
    this.#prefix = Buffer.from(prefix)
  }

  /** Runs on each new connection for calls. */
  readonly prepare = async (send: Send): Promise<void> => {
    if (this.#id === undefined) return
    await this.#track(send, this.#id)
    this.#notify('resync')
  }

  /**
   * Starts to listen.
   * @returns False if the server, or the user's rights, do not allow it.
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

  follow(signal: AbortSignal, notify: Notify): void {
    this.#notify = notify
    signal.addEventListener('abort', () => {
      this.#notify = () => undefined
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
    this.#notify('resync')
  }

  async #track(send: Send, id: string): Promise<void> {
    await send(['CLIENT', 'TRACKING', 'OFF'])
    const prefix = this.#prefix.length === 0 ? [] : ['PREFIX', this.#prefix]
    await send(['CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'BCAST', 'NOLOOP', ...prefix])
  }

  /** Handles a message: changed names, or nothing if all keys were removed. */
  #take(message: unknown): void {
    if (!Array.isArray(message)) {
      this.#notify('resync')
      return
    }
    for (const name of message) if (Buffer.isBuffer(name)) this.#notify(name)
  }
}
