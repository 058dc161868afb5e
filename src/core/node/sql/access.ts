import { userInfo } from 'node:os'
import { checkOptions, wholeNumber } from '../../options.ts'
import { CONNECTION_TIMEOUT } from '../connect/connection-options.ts'
import { LostConnections } from '../connect/lost-connections.ts'
import type { ServerContext } from '../connect/server-context.ts'
import { type TlsSettings, tlsSettings } from '../connect/tls.ts'
import { type ServerPlace, Tunnel } from '../connect/tunnel.ts'
import { optionalPackage } from '../optional-package.ts'
import { addressOf, nameOf, type SqlAddress } from './address.ts'
import { refusal } from './choose-table.ts'
import { ConnectionPool } from './connection-pool.ts'
import type { SqlDialect } from './dialect.ts'
import { sqlFailure } from './failures.ts'
import type { SqlServerOptions } from './options.ts'
import type { SqlConnection } from './sql-connection.ts'

/** The maximum number of connections by default. */
const CONNECTIONS = 10

/** Everything needed to connect to a server. */
export interface Access {
  readonly address: SqlAddress
  /** The name of the server in messages. */
  readonly name: string
  readonly user: string
  /** The time limit of a call, in milliseconds. */
  readonly timeout: number
  readonly tls: TlsSettings | undefined
  /** The current address of the server from here. */
  readonly place: () => Promise<ServerPlace>
  /** A connection of its own. Its errors are those of the client. */
  readonly connect: () => Promise<SqlConnection>
  pool(): Promise<ConnectionPool>
  /** Closes the tunnel. */
  close(): Promise<void>
}

/**
 * Loads the client, reads secrets and files, and opens the tunnel.
 * @throws DatastoreError `CONFIG_INVALID` for an invalid option, or if the package is missing.
 */
export async function accessTo(
  dialect: SqlDialect,
  options: SqlServerOptions,
  context: ServerContext,
): Promise<Access> {
  const action = `open ${dialect.what}`
  checkOptions(action, options, { timeout: wholeNumber(1, 600_000), connections: wholeNumber(1, 1000) })
  const address = addressOf(options.url, dialect)
  const { timeout = CONNECTION_TIMEOUT, connections = CONNECTIONS } = options
  const user = options.user ?? address.user ?? userInfo().username
  const database = options.database ?? address.database
  if (address.database !== undefined && address.database !== database) {
    throw refusal('the address names another database than the option "database"', action)
  }
  if (address.isEncrypted === true && options.tls === false) {
    throw refusal(
      'the address says that the connection is encrypted, the option "tls" that it is not',
      action,
    )
  }
  const connect = await optionalPackage(dialect.what, dialect.client, () => dialect.load())
  const tls = await tlsSettings(options.tls ?? address.isEncrypted, address.host, context)
  const password = options.password && (await context.secret(options.password, 'password'))
  const tunnel = options.tunnel && (await Tunnel.open(options.tunnel, context))
  const place = async () => (await tunnel?.forward(address)) ?? { host: address.host, port: address.port }
  const name = nameOf(address)
  const newConnection = async () => connect({ place: await place(), tls, user, password, database, timeout })
  return {
    address,
    name,
    user,
    timeout,
    tls,
    place,
    connect: newConnection,
    pool: () =>
      ConnectionPool.open({
        connect: newConnection,
        name,
        size: connections,
        timeout,
        failure: (what, error) => sqlFailure(dialect, what, error),
        lost: new LostConnections(server => context.report?.({ lost: server })),
      }),
    close: async () => tunnel?.close(),
  }
}
