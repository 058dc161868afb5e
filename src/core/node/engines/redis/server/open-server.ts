import { checkOptions, wholeNumber } from '../../../../options.ts'
import { CONNECTION_TIMEOUT } from '../../../connect/connection-options.ts'
import { LostConnections } from '../../../connect/lost-connections.ts'
import type { ServerContext } from '../../../connect/server-context.ts'
import { type TlsSettings, tlsSettings } from '../../../connect/tls.ts'
import { type ServerPlace, Tunnel } from '../../../connect/tunnel.ts'
import { optionalPackage } from '../../../optional-package.ts'
import type { ServerOptions } from '../redis-datastore.ts'
import { addressOf, nameOf, type RedisAddress, refusal } from './address.ts'
import type { ConnectionSettings, RedisPackage } from './connection.ts'

/** Everything needed to connect to a server, or to the masters of its cluster. */
export interface Access {
  readonly address: RedisAddress
  /** The time limit of a call, in milliseconds. */
  readonly timeout: number
  readonly user: string | undefined
  /** Settings for a connection to a server, by its address as other masters know it. */
  settingsFor(place: ServerPlace): ConnectionSettings
  /** The address through which a server is reached from here. */
  placeOf(place: ServerPlace): Promise<ServerPlace>
  readonly tls: TlsSettings | undefined
  /** Closes the tunnel. */
  close(): Promise<void>
}

/**
 * Loads the client, reads secrets and files, and opens the tunnel.
 * @param load Loads the client; a test passes its own.
 * @throws DatastoreError `CONFIG_INVALID` for an invalid option, or if the package is missing.
 */
export async function accessTo(
  options: ServerOptions,
  context: ServerContext,
  load: () => Promise<RedisPackage> = () => import('@redis/client'),
): Promise<Access> {
  checkOptions('open a Redis store', options, { timeout: wholeNumber(1, 600_000) })
  const address = addressOf(options.url)
  const { database = address.database ?? 0, user = address.user, timeout = CONNECTION_TIMEOUT } = options
  if (address.database !== undefined && address.database !== database) {
    throw refusal(`the address names database ${address.database}, the option "database" ${database}`)
  }
  if (address.isEncrypted && options.tls === false) {
    throw refusal('the address says that the connection is encrypted, the option "tls" that it is not')
  }
  const client = await optionalPackage('a Redis store', '@redis/client', load)
  const tls = await tlsSettings(options.tls ?? address.isEncrypted, address.host, context)
  const password = options.password && (await context.secret(options.password, 'password'))
  const tunnel = options.tunnel && (await Tunnel.open(options.tunnel, context))
  const lost = new LostConnections(server => context.report?.({ lost: server }))
  const placeOf = async (place: ServerPlace) => (await tunnel?.forward(place)) ?? place
  return {
    address,
    timeout,
    user,
    tls,
    placeOf,
    settingsFor: place => ({
      client,
      place: () => placeOf(place),
      name: nameOf(place),
      tls,
      // A password alone belongs to the user `default`.
      user: password === undefined ? undefined : user,
      password,
      database,
      timeout,
      lost,
    }),
    close: async () => tunnel?.close(),
  }
}
