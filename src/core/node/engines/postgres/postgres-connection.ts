import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import type * as pgPackage from 'pg'
import type { TlsSettings } from '../../connect/tls.ts'
import type {
  ConnectionSettings,
  SqlCell,
  SqlConnection,
  SqlResult,
  SqlValue,
} from '../../sql/sql-connection.ts'

type Client = pgPackage.Client

/** The types of cells that are not given as text, by the numbers of PostgreSQL. The client has no binary answers. */
const READERS: Readonly<Record<number, (text: string) => SqlCell>> = {
  // Bytes are `\\x` and hexadecimal digits.
  17: text => bytesOf(Buffer.from(text.slice(2), 'hex')),
  16: text => (text === 't' ? 1 : 0),
  20: Number,
  21: Number,
  23: Number,
  26: Number,
  700: Number,
  701: Number,
}

const types = {
  getTypeParser: (oid: number) => READERS[oid] ?? String,
}

/** Set for each connection. The server ends what takes too long, also if this program is gone. */
const session = (timeout: number) => `
  SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;
  SET statement_timeout = ${timeout};
  SET idle_in_transaction_session_timeout = ${Math.max(1000, 2 * timeout)}`

/** @throws Errors of the client. */
export async function connectPostgres(
  pg: Pick<typeof pgPackage, 'Client'>,
  { place, tls, user, password, database, timeout }: ConnectionSettings,
): Promise<NotifiedConnection> {
  const client = new pg.Client({
    ...place,
    user,
    // Never the password of a file or of the environment, which the document does not name.
    password: password ?? '',
    database: database ?? user,
    ssl: tls === undefined ? false : checked(tls),
    connectionTimeoutMillis: timeout,
    keepAlive: true,
    application_name: 'strata',
    client_encoding: 'UTF8',
  })
  const connection = new PostgresConnection(client)
  // The limit of the client ends before the first statement.
  const limit = setTimeout(() => connection.destroy(), 2 * timeout)
  try {
    await client.connect()
    await client.query(session(timeout))
  } catch (error) {
    connection.destroy()
    throw error
  } finally {
    clearTimeout(limit)
  }
  return connection
}

/** The client would check the certificate for the host that it connects to, which through a tunnel is not the server. */
function checked(tls: TlsSettings): object {
  return {
    ...tls,
    rejectUnauthorized: true,
    checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
      checkServerIdentity(tls.servername, certificate),
  }
}

/** A connection that receives notifications of others. */
export interface NotifiedConnection extends SqlConnection {
  /** Calls `listener` for notifications: their text, and the number of the connection that has sent it. */
  onNotification(listener: (text: string, sender: number) => void): void
}

class PostgresConnection implements NotifiedConnection {
  readonly #client: Client
  readonly #names = new Map<string, string>()
  #onEnd: ((error: unknown) => void) | undefined
  #ended: { readonly error: unknown } | undefined

  constructor(client: Client) {
    this.#client = client
    client.on('error', (error: unknown) => this.#end(error))
    client.on('end', () => this.#end(new Error('the server ended the connection')))
  }

  get id(): number {
    return (this.#client as unknown as { readonly processID: number }).processID
  }

  get encryption(): string | undefined {
    const { stream } = (this.#client as unknown as { readonly connection: { readonly stream: object } })
      .connection
    return 'getProtocol' in stream ? ((stream.getProtocol as () => string | null)() ?? 'TLS') : undefined
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<SqlResult> {
    let name = this.#names.get(sql)
    if (name === undefined) this.#names.set(sql, (name = `strata_${this.#names.size}`))
    const query = { name, text: sql, values: values.map(asBuffer), rowMode: 'array', types }
    const { rows, rowCount } = await this.#client.query(query as pgPackage.QueryArrayConfig<unknown[]>)
    return { rows: rows as SqlCell[][], count: rowCount ?? 0 }
  }

  async script(sql: string): Promise<void> {
    await this.#client.query(sql)
  }

  onEnd(listener: (error: unknown) => void): void {
    this.#onEnd = listener
    if (this.#ended !== undefined) listener(this.#ended.error)
  }

  onNotification(listener: (text: string, sender: number) => void): void {
    this.#client.on('notification', ({ payload = '', processId }) => listener(payload, processId))
  }

  destroy(): void {
    const { stream } = (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection
    stream.destroy()
  }

  async close(): Promise<void> {
    this.#onEnd = undefined
    await this.#client.end()
  }

  #end(error: unknown): void {
    if (this.#ended !== undefined) return
    this.#ended = { error }
    this.#onEnd?.(error)
  }
}

/** Not a `Buffer`, whose `slice` does not copy. */
function bytesOf({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}

function asBuffer(value: SqlValue): Buffer | string | number | null {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : value
}
