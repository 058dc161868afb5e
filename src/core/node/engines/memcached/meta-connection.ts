import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectEncrypted } from 'node:tls'
import type { TlsSettings } from '../../connect/tls.ts'
import type { ServerPlace } from '../../connect/tunnel.ts'
import { type Reply, ReplyReader } from './reply-reader.ts'

interface Waiting {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
  /** When it was sent. */
  readonly since: number
  /** Takes the lines of an answer of several lines, up to `END`. */
  readonly each: ((line: string) => void) | undefined
}

/** Values up to this size are sent in one piece with their command. */
const SMALL = 16_384
/** Checks for unanswered commands within the time limit of a call. */
const LOOKS = 5
const LINE_END = '\r\n'

/**
 * A connection to a memcached server. Commands are sent without waiting for the answers to earlier ones, those of one tick
 * together. The server answers in order.
 */
export class MetaConnection {
  readonly #socket: Socket
  readonly #timeout: number
  readonly #waiting: Waiting[] = []
  /** The first command in `#waiting` that has no answer yet. */
  #first = 0
  readonly #reader: ReplyReader
  #pending: (string | Buffer)[] = []
  #watch: NodeJS.Timeout | undefined
  #ended: Error | undefined
  #onEnd: (error: Error) => void = () => undefined

  private constructor(socket: Socket, timeout: number) {
    this.#socket = socket
    this.#timeout = timeout
    this.#reader = new ReplyReader(reply => this.#answer(reply))
    socket.on('data', chunk => {
      try {
        this.#reader.take(chunk)
      } catch (error) {
        this.#end(error as Error)
      }
    })
    socket.on('error', error => this.#end(error))
    socket.on('close', () => this.#end(new Error('The server closed the connection')))
  }

  /** @throws Errors of the socket. */
  static async open(
    place: ServerPlace,
    tls: TlsSettings | undefined,
    timeout: number,
  ): Promise<MetaConnection> {
    const socket =
      tls === undefined ? connect({ ...place, noDelay: true }) : connectEncrypted({ ...place, ...tls })
    try {
      await once(socket, tls === undefined ? 'connect' : 'secureConnect', {
        signal: AbortSignal.timeout(timeout),
      })
    } catch (error) {
      socket.on('error', () => undefined)
      socket.destroy()
      throw error
    }
    socket.setNoDelay(true).setKeepAlive(true)
    return new MetaConnection(socket, timeout)
  }

  get encryption(): string | undefined {
    return 'getProtocol' in this.#socket
      ? ((this.#socket.getProtocol as () => string | null)() ?? undefined)
      : undefined
  }

  /** Calls `listener` when the connection is lost. */
  onEnd(listener: (error: Error) => void): void {
    this.#onEnd = listener
    if (this.#ended !== undefined) listener(this.#ended)
  }

  /**
   * Sends a command.
   * @param value The bytes after the command. They must not change until the answer has come.
   */
  send(command: string, value?: Uint8Array): Promise<Reply> {
    return this.#send(command, value, undefined)
  }

  /** Sends a command whose answer has several lines, up to `END`. */
  async lines(command: string, each: (line: string) => void): Promise<void> {
    await this.#send(command, undefined, each)
  }

  #send(command: string, value: Uint8Array | undefined, each: Waiting['each']): Promise<Reply> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject, since: performance.now(), each })
      this.#watch ??= setInterval(() => this.#checkTimeout(), Math.max(1, this.#timeout / LOOKS)).unref()
      if (this.#pending.length === 0) process.nextTick(() => this.#flush())
      this.#pending.push(command + LINE_END)
      if (value !== undefined)
        this.#pending.push(Buffer.from(value.buffer, value.byteOffset, value.length), LINE_END)
    })
  }

  #flush(): void {
    const pending = this.#pending
    this.#pending = []
    if (this.#ended !== undefined) return
    if (pending.every(piece => typeof piece === 'string')) {
      this.#socket.write(pending.join(''), 'latin1')
      return
    }
    // Small pieces are joined, because each write of the socket costs more than the copy.
    this.#socket.cork()
    let small: (string | Buffer)[] = []
    const writeSmall = () => {
      if (small.length > 0) this.#socket.write(joined(small))
      small = []
    }
    for (const piece of pending) {
      if (piece.length <= SMALL) {
        small.push(piece)
        continue
      }
      writeSmall()
      this.#socket.write(piece)
    }
    writeSmall()
    this.#socket.uncork()
  }

  #answer(reply: Reply): void {
    const waiting = this.#waiting[this.#first]
    if (waiting === undefined) {
      this.#end(new Error(`The server sent ${JSON.stringify(reply.status)} without being asked`))
      return
    }
    const { each, resolve, reject } = waiting
    const { status, rest } = reply
    const isError = status === 'ERROR' || status === 'CLIENT_ERROR' || status === 'SERVER_ERROR'
    if (each !== undefined && status !== 'END' && status !== 'BUSY' && !isError) {
      each(rest === '' ? status : `${status} ${rest}`)
      return
    }
    this.#first++
    if (this.#first > 1000 && this.#first * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#first)
      this.#first = 0
    }
    if (isError || status === 'BUSY') reject(new Error(`${status} ${rest}`.trim()))
    else resolve(reply)
  }

  #checkTimeout(): void {
    const waiting = this.#waiting[this.#first]
    if (waiting === undefined) {
      clearInterval(this.#watch)
      this.#watch = undefined
      return
    }
    if (waiting.since > performance.now() - this.#timeout) return
    // A scan may take longer, as long as it makes progress.
    if (waiting.each !== undefined && this.#socket.bytesRead !== this.#seen) {
      this.#seen = this.#socket.bytesRead
      return
    }
    this.#end(new Error(`timeout: the server did not answer within ${this.#timeout} ms`))
  }
  #seen = 0

  #end(error: Error): void {
    if (this.#ended !== undefined) return
    this.#ended = error
    clearInterval(this.#watch)
    this.#socket.destroy()
    for (const { reject } of this.#waiting.slice(this.#first)) reject(error)
    this.#waiting.length = 0
    this.#first = 0
    this.#onEnd(error)
  }

  close(): void {
    this.#onEnd = () => undefined
    this.#end(new Error('The connection is closed'))
  }
}

function joined(pieces: readonly (string | Buffer)[]): Buffer {
  const whole = Buffer.allocUnsafe(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    if (typeof piece === 'string') whole.write(piece, at, 'latin1')
    else whole.set(piece, at)
    at += piece.length
  }
  return whole
}
