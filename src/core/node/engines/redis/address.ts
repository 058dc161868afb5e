import type { ServerPlace } from '../../connect/tunnel.ts'

const PORT = 6379

/** What the address of a server says. */
export interface RedisAddress extends ServerPlace {
  readonly isEncrypted: boolean
  readonly user: string | undefined
  readonly database: number | undefined
}

/** @throws RangeError for a path that is no number of a database. */
export function addressOf(text: string): RedisAddress {
  const { protocol, hostname, port, username, pathname } = new URL(text)
  const database = /^\/?(\d*)$/.exec(pathname)?.[1]
  if (database === undefined) {
    throw new RangeError('the path of the address is the number of a database, as redis://localhost:6379/0')
  }
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? PORT : Number(port),
    isEncrypted: protocol === 'rediss:',
    user: username === '' ? undefined : decodeURIComponent(username),
    database: database === '' ? undefined : Number(database),
  }
}

/** How a server is called in messages. */
export function nameOf({ host, port }: ServerPlace): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
