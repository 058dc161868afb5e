import type * as mysqlPackage from 'mysql2'
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
    ...place,
    user,
    password: password ?? '',
    ...(database !== undefined && { database }),
    ...(tls !== undefined && { ssl: { ...tls, rejectUnauthorized: true, verifyIdentity: true } as object }),
    connectTimeout: timeout,
    charset: 'utf8mb4',
    enableKeepAlive: true,
    multipleStatements: false,
    disableEval: true,
  })
  const connection = new MysqlConnection(client)
  try {
    await new Promise<void>((done, failed) => {
      client.connect(error => (error === null ? done() : failed(error)))
    })
    for (const sql of session(timeout)) await connection.script(sql)
  } catch (error) {
    connection.destroy()
    throw error
  }
  return connection
}

class MysqlConnection implements SqlConnection {
  readonly #client: Client
  #tell: ((error: unknown) => void) | undefined
  #ended: { readonly error: unknown } | undefined

  constructor(client: Client) {
    this.#client = client
    client.on('error', (error: unknown) => this.#end(error))
    client.on('end', () => this.#end(new Error('the server ended the connection')))
  }

  get id(): number {
    return this.#client.threadId
  }

  get encryption(): string | undefined {
    const { stream } = this.#client as unknown as { readonly stream: object }
    return 'getProtocol' in stream ? ((stream.getProtocol as () => string | null)() ?? 'TLS') : undefined
  }

  run(sql: string, values: readonly SqlValue[] = []): Promise<SqlResult> {
    return new Promise((resolve, reject) => {
      const parameters = values.map(asParameter)
      this.#client.execute({ sql, values: parameters, rowsAsArray: true }, (error, result) => {
        if (error !== null) reject(error)
        else if (Array.isArray(result)) resolve({ rows: (result as unknown[][]).map(cellsOf), count: 0 })
        else resolve({ rows: [], count: result.affectedRows })
      })
    })
  }

  script(sql: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.query(sql, error => (error === null ? resolve() : reject(error)))
    })
  }

  onEnd(listener: (error: unknown) => void): void {
    this.#tell = listener
    if (this.#ended !== undefined) listener(this.#ended.error)
  }

  destroy(): void {
    this.#client.destroy()
    this.#end(new Error('the connection was ended'))
  }

  close(): Promise<void> {
    this.#tell = undefined
    return new Promise(done => this.#client.end(() => done()))
  }

  #end(error: unknown): void {
    if (this.#ended !== undefined) return
    this.#ended = { error }
    this.#tell?.(error)
  }
}

function asParameter(value: SqlValue): Buffer | string | number | null {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : value
}

/** Copies, because the bytes are a part of what the socket has read. */
function cellsOf(row: readonly unknown[]): SqlCell[] {
  return row.map(cell => (Buffer.isBuffer(cell) ? new Uint8Array(cell) : (cell as SqlCell)))
}
