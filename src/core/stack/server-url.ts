import { z } from 'zod'
import { DatastoreError, messageOf } from '../errors.ts'
import { ConfigError } from './config-error.ts'
import { addressesIn, parseAddress } from './server-address.ts'

/**
 * The schema of a server's address. An address with a password is refused. Messages never repeat an address, because an
 * invalid one may contain a password too.
 * @param protocols The allowed URL schemes, without the colon: `['redis', 'rediss']`.
 * @param isCluster Whether it may name several servers, as `etcd://a:2379,b:2379`.
 */
export function serverUrl(protocols: readonly string[], isCluster = false) {
  const allowed = protocols.map(protocol => `${protocol}://`).join(' or ')
  return z
    .string({ error: `it has to be an address that begins with ${allowed}` })
    .check(context => {
      const problem = addressProblem(context.value, { protocols, allowed, isCluster })
      if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: undefined })
    })
    .meta({ format: 'server-url', 'x-protocols': protocols })
}

interface Allowed {
  readonly protocols: readonly string[]
  /** The protocols for a message. */
  readonly allowed: string
  readonly isCluster: boolean
}

function addressProblem(text: string, { protocols, allowed, isCluster }: Allowed): string | undefined {
  const url = isCluster ? parseAddress(text) : URL.parse(text)
  if (url === null) return `it is not an address; it has to begin with ${allowed} and a host`
  if (!protocols.includes(url.protocol.slice(0, -1))) return `an address begins with ${allowed} here`
  if (url.hostname === '') return 'the address names no host'
  if (isCluster && addressesIn(text) === undefined) return 'one of its hosts is not a host with a port'
  if (url.password !== '') {
    return 'the address holds a password; take it out and name a secret, as "password": { "secret": "prod-redis" }'
  }
  return undefined
}

/**
 * Opens the store of a node with an address. Errors in the options are reported at the node's `url`; a server that is
 * unreachable is not an error in the document.
 * @param path The path of the node in the document.
 */
export async function openAtUrl<Opened>(path: string, open: () => Promise<Opened>): Promise<Opened> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const problem = messageOf(error)
    if (!(error instanceof DatastoreError) || error.code === 'CONFIG_INVALID') {
      throw new ConfigError(`${path}.url`, problem, { cause: error })
    }
    throw new DatastoreError(error.code, `${path}.url: ${problem}`, { cause: error })
  }
}
