import { serverUrl } from '../../stack/server-url.ts'
import type { ServerPlace } from '../connect/tunnel.ts'
import { refusal } from './choose-table.ts'
import type { SqlDialect } from './dialect.ts'

/** The parts of a server's address. */
export interface SqlAddress extends ServerPlace {
  /** `undefined`: the address says nothing about it. */
  readonly isEncrypted: boolean | undefined
  readonly user: string | undefined
  readonly database: string | undefined
}

/** @throws DatastoreError `CONFIG_INVALID` for an invalid address, or one with a password. */
export function addressOf(text: string, dialect: SqlDialect): SqlAddress {
  const action = `open ${dialect.what}`
  const { error } = serverUrl(dialect.protocols).safeParse(text)
  if (error !== undefined) throw refusal(error.issues[0]?.message ?? '', action)
  const { hostname, port, username, pathname, searchParams } = new URL(text)
  const { parameter, on, off } = dialect.encryption
  let isEncrypted: boolean | undefined
  for (const [name, value] of searchParams) {
    if (name !== parameter)
      throw refusal(`the address has the parameter ${JSON.stringify(name)}, which is unknown`, action)
    isEncrypted = on.includes(value.toLowerCase())
    if (!isEncrypted && !off.includes(value.toLowerCase())) {
      throw refusal(`"${parameter}" of the address is one of ${[...on, ...off].join(', ')}`, action)
    }
  }
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? dialect.port : Number(port),
    isEncrypted,
    user: username === '' ? undefined : decodeURIComponent(username),
    database: pathname.length < 2 ? undefined : decodeURIComponent(pathname.slice(1)),
  }
}

/** The name of a server in messages. */
export function nameOf({ host, port }: ServerPlace): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
