import { type DatastoreError, failure } from '../../../../errors.ts'
import { serverUrl } from '../../../../stack/server-url.ts'
import type { ServerPlace } from '../../../connect/tunnel.ts'

const PORT = 6379

/** The parts of a server's address. */
export interface RedisAddress extends ServerPlace {
  readonly isEncrypted: boolean
  readonly user: string | undefined
  readonly database: number | undefined
}

/** The schema of an address. */
export const redisUrl = () => serverUrl(['redis', 'rediss'])

/** @throws DatastoreError `CONFIG_INVALID` for an invalid address, or one with a password. */
export function addressOf(text: string): RedisAddress {
  const { error } = redisUrl().safeParse(text)
  if (error !== undefined) throw refusal(error.issues[0]?.message ?? '')
  const { protocol, hostname, port, username, pathname } = new URL(text)
  const database = /^\/?(\d*)$/.exec(pathname)?.[1]
  if (database === undefined) {
    throw refusal('the path of the address is the number of a database, as redis://localhost:6379/0')
  }
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? PORT : Number(port),
    isEncrypted: protocol === 'rediss:',
    user: username === '' ? undefined : decodeURIComponent(username),
    database: database === '' ? undefined : Number(database),
  }
}

/** The error for an invalid option. */
export function refusal(state: string): DatastoreError {
  return failure('CONFIG_INVALID', 'open a Redis store', undefined, state)
}

/** The name of a server in messages. */
export function nameOf({ host, port }: ServerPlace): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
