import { connect, isIP, type Socket } from 'node:net'
import type * as mysqlPackage from 'mysql2'
import type { TlsSettings } from '../../connect/tls.ts'
import type { ServerPlace } from '../../connect/tunnel.ts'
import type {
  ConnectionSettings,
  SqlCell,
  SqlConnection,
  SqlResult,
  SqlValue,
} from '../../sql/sql-connection.ts'

type Client = mysqlPackage.Connection

/** Set for each connection: within a transaction, what was read with a lock stays as it is. */
const session = (timeout: number) => [
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
  `SET SESSION innodb_lock_wait_timeout = ${Math.max(1, Math.floor(timeout / 1000))}`,
]

/** @throws Errors of the client. */
export async function connectMysql(
  mysql: Pick<typeof mysqlPackage, 'createConnection'>,
  { place, tls, user, password, database, timeout }: ConnectionSettings,
): Promise<SqlConnection> {
  const client = mysql.createConnection({
    ...(tls === undefined ? place : namedPlace(place, tls)),
    user,
    password: password ?? '',
    ...(database !== undefined && { database }),
    connectTimeout: timeout,
    charset: 'utf8mb4',
    enableKeepAlive: true,
    multipleStatements: false,
    disableEval: true,
  })
  const connection = new MysqlConnection(client)
  // The limit of the client ends with the first answer of the server.
  const limit = setTimeout(() => connection.destroy(new Error('timeout: the server did not answer')), timeout)
  try {
    await new Promise<void>((done, failed) => {
      client.connect(error => (error === null ? done() : failed(error)))
    })
    for (const sql of session(timeout)) await connection.script(sql)
  } catch (error) {
    connection.destroy()
    throw error
  } finally {
    clearTimeout(limit)
  }
  return connection
}

/**
 * The client checks the certificate for its option `host`, which through a tunnel is not the server. So `host` is the name
 * that the certificate must have, and a socket of its own goes to the place. For a host that is an IP address, the client
 * would check the name `localhost`: with a dot at the end it passes the address on, and Node removes the dot.
 */
function namedPlace(place: ServerPlace, tls: TlsSettings): mysqlPackage.ConnectionOptions {
  const { servername } = tls
  return {
    host: isIP(servername) === 0 ? servername : `${servername}.`,
    port: place.port,
    stream: () => connect({ ...place, noDelay: true, keepAlive: true }),
    ssl: { ...tls, rejectUnauthorized: true, verifyIdentity: true } as object,
  }
}

class MysqlConnection implements SqlConnection {
  readonly #client: Client
  #onEnd: ((error: unknown) => void) | undefined
  #ended: { readonly error: unknown } | undefined
  /** Reject the statements that have no answer yet. The client forgets these statements when it is destroyed. */
  readonly #rejections = new Set<(error: unknown) => void>()

  constructor(client: Client) {
    this.#client = client
    client.on('error', (error: unknown) => this.#end(error))
    client.on('end', () => this.#end(new Error('the server ended the connection')))
    // If a connection breaks during a statement, the client reports the error only to that statement.
    const { stream } = client as unknown as { readonly stream: Socket }
    stream.on('error', error => this.#end(error))
    stream.on('close', () => this.#end(new Error('the connection was closed')))
  }

  get id(): number {
    return this.#client.threadId
  }

  get encryption(): string | undefined {
    const { stream } = this.#client as unknown as { readonly stream: object }
    return 'getProtocol' in stream ? ((stream.getProtocol as () => string | null)() ?? 'TLS') : undefined
  }

  run(sql: string, values: readonly SqlValue[] = []): Promise<SqlResult> {
    return this.#answered((resolve, reject) => {
      const parameters = values.map(asParameter)
      this.#client.execute({ sql, values: parameters, rowsAsArray: true }, (error, result) => {
        if (error !== null) reject(error)
        else if (Array.isArray(result)) resolve({ rows: (result as unknown[][]).map(cellsOf), count: 0 })
        else resolve({ rows: [], count: result.affectedRows })
      })
    })
  }

  script(sql: string): Promise<void> {
    return this.#answered((resolve, reject) => {
      this.#client.query(sql, error => (error === null ? resolve() : reject(error)))
    })
  }

  /** Fails when the connection ends before the answer. */
  async #answered<T>(
    ask: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  ): Promise<T> {
    if (this.#ended !== undefined) throw this.#ended.error
    let rejection: ((error: unknown) => void) | undefined
    try {
      return await new Promise<T>((resolve, reject) => {
        rejection = reject
        this.#rejections.add(reject)
        ask(resolve, reject)
      })
    } finally {
      if (rejection !== undefined) this.#rejections.delete(rejection)
    }
  }

  onEnd(listener: (error: unknown) => void): void {
    this.#onEnd = listener
    if (this.#ended !== undefined) listener(this.#ended.error)
  }

  destroy(error = new Error('the connection was ended')): void {
    this.#client.destroy()
    this.#end(error)
  }

  close(): Promise<void> {
    this.#onEnd = undefined
    return new Promise(done => {
      this.#rejections.add(() => done())
      this.#client.end(() => done())
    })
  }

  #end(error: unknown): void {
    if (this.#ended !== undefined) return
    this.#ended = { error }
    for (const reject of this.#rejections) reject(error)
    this.#onEnd?.(error)
  }
}

function asParameter(value: SqlValue): Buffer | string | number | null {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : value
}

/** Copies, because the bytes are a part of what the socket has read. */
function cellsOf(row: readonly unknown[]): SqlCell[] {
  return row.map(cell => (Buffer.isBuffer(cell) ? new Uint8Array(cell) : (cell as SqlCell)))
}
