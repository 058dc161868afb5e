import { createPrivateKey } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import type { Etcd3, IOptions } from 'etcd3'
import { messageOf } from '../../../errors.ts'
import { checkOptions, wholeNumber } from '../../../options.ts'
import { addressesIn } from '../../../stack/server-address.ts'
import { serverUrl } from '../../../stack/server-url.ts'
import { FIRST_PAUSE, MAX_PAUSE } from '../../connect/backoff.ts'
import { CONNECTION_TIMEOUT } from '../../connect/connection-options.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { type TlsSettings, tlsSettings } from '../../connect/tls.ts'
import { type ServerPlace, Tunnel } from '../../connect/tunnel.ts'
import { optionalPackage } from '../../optional-package.ts'
import type { EtcdOptions } from './etcd-datastore.ts'
import { refusal } from './failures.ts'

const PORT = 2379
/** The schema of an address. */
export const etcdUrl = () => serverUrl(['etcd'], true)

/** A client that is not connected yet, and what it connects to. */
export interface EtcdAccess {
  readonly client: Etcd3
  /** The names of the servers in messages. */
  readonly name: string
  readonly user: string | undefined
  /** The time limit of a call, in milliseconds. */
  readonly timeout: number
  readonly tls: TlsSettings | undefined
  /** The addresses of the members from here. */
  readonly places: readonly ServerPlace[]
  close(): Promise<void>
}

/**
 * Loads the client, reads secrets and files, and opens the tunnel.
 * @throws DatastoreError `CONFIG_INVALID` for an invalid option, or if the package is missing.
 */
export async function accessTo(options: EtcdOptions, context: ServerContext): Promise<EtcdAccess> {
  checkOptions('open an etcd store', options, { timeout: wholeNumber(1, 600_000) })
  const { error } = etcdUrl().safeParse(options.url)
  const addresses = addressesIn(options.url) ?? []
  const [first] = addresses
  if (error !== undefined || first === undefined)
    throw refusal(error?.issues[0]?.message ?? 'it needs an address')
  const members = addresses.map(({ hostname, port }) => ({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? PORT : Number(port),
  }))
  const { timeout = CONNECTION_TIMEOUT } = options
  const user = options.user ?? (first.username === '' ? undefined : decodeURIComponent(first.username))
  const { Etcd3: Client } = await optionalPackage('an etcd store', 'etcd3', () => import('etcd3'))
  const tls = await tlsSettings(options.tls, members[0]?.host ?? '', context)
  const password = options.password && (await context.secret(options.password, 'password'))
  if (password !== undefined && user === undefined)
    throw refusal('"password" needs a user, in "user" or in the address')
  const tunnel = options.tunnel && (await Tunnel.open(options.tunnel, context))
  const places = await Promise.all(members.map(async member => (await tunnel?.forward(member)) ?? member))
  const named = typeof options.tls === 'object' ? options.tls.servername : undefined
  const client = new Client({
    hosts: places.map(place => `${tls === undefined ? 'http' : 'https'}://${nameOf(place)}`),
    ...(user !== undefined && password !== undefined && { auth: { username: user, password } }),
    ...(tls !== undefined && { credentials: credentialsOf(tls) }),
    // A deadline of gRPC costs a tenth of a call. It keeps a late write from being made; a late read does no harm.
    defaultCallOptions: ({ isStream, method }: { readonly isStream: boolean; readonly method: string }) =>
      isStream || method === 'range' ? {} : { deadline: Date.now() + timeout },
    faultHandling: { host: () => unguarded, global: withinLimit(timeout, overMembers(places.length)) },
    grpcOptions: {
      // A range may be larger than the default of 4 MB. The server limits requests.
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      'grpc.initial_reconnect_backoff_ms': FIRST_PAUSE,
      'grpc.min_reconnect_backoff_ms': FIRST_PAUSE,
      'grpc.max_reconnect_backoff_ms': MAX_PAUSE,
      'grpc.keepalive_time_ms': Math.max(10_000, timeout),
      'grpc.keepalive_timeout_ms': timeout,
      // Not shared with other clients, which would share a lost connection too.
      'grpc.use_local_subchannel_pool': 1,
    },
  })
  // Else each member needs a certificate for the host of the address that it is reached by.
  if (tls !== undefined && (tunnel !== undefined || named !== undefined)) {
    nameMembers(
      client,
      members.map(({ host }) => named ?? host),
    )
  }
  return {
    client,
    name: members.map(nameOf).join(', '),
    user,
    timeout,
    tls,
    places,
    close: async () => {
      client.close()
      await tunnel?.close()
    },
  }
}

/** The option of gRPC for the name that the certificate of a server must have. */
const CERTIFIED_NAME = 'grpc.ssl_target_name_override'

/** What the client keeps of its members. */
interface MemberPool {
  readonly hosts?: {
    readonly host: string
    channelOptions?: object
    getServiceClient(name: 'Auth'): {
      authenticate(
        user: { readonly name: string; readonly password: string },
        options: object,
        done: (error: Error | null, answer?: { readonly token: string }) => void,
      ): void
    }
  }[]
  readonly authenticator?: {
    getCredentialsFromHost?: (
      address: string,
      name: string,
      password: string,
      options: object,
    ) => Promise<string>
  }
}

/**
 * Sets the name that the certificate of each member must have. The client has one set of options for all members, and none
 * for signing in; those of a member are in its pool.
 * @throws DatastoreError `CONFIG_INVALID` for a version of the client that keeps them elsewhere.
 */
function nameMembers(client: Etcd3, names: readonly string[]): void {
  const { hosts = [], authenticator } = (client as unknown as { readonly pool?: MemberPool }).pool ?? {}
  const isKnown = hosts.length === names.length && hosts.every(host => host.channelOptions !== undefined)
  if (!isKnown || authenticator?.getCredentialsFromHost === undefined)
    throw refusal('this version of "etcd3" cannot check the names of certificates')
  for (const [index, host] of hosts.entries()) {
    host.channelOptions = { ...host.channelOptions, [CERTIFIED_NAME]: names[index] }
  }
  authenticator.getCredentialsFromHost = (address, name, password, options) =>
    new Promise((resolve, reject) => {
      const member = hosts.find(({ host }) => host === address)
      if (member === undefined) throw new Error(`${address} is no member`)
      member.getServiceClient('Auth').authenticate({ name, password }, options, (error, answer) => {
        if (answer === undefined) reject(error ?? new Error('authentication failed'))
        else resolve(answer.token)
      })
    })
}

type Policy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>
type Work<T> = (context: object) => T | PromiseLike<T>

/**
 * Runs calls as they are. The circuit breaker of the client would take a value that is too large for a broken server, and
 * fail every call for some seconds.
 */
const unguarded = { execute: async <T>(work: Work<T>): Promise<T> => work({}) } as unknown as Policy

/** What was never sent. Other failures of a write leave it open whether it was made. */
const NOT_SENT = /No connection established|Name resolution failed/

/** Runs a call, perhaps several times. */
type Runner = <T>(work: Work<T>) => PromiseLike<T>

/** Passes what could not be sent on to the next member. The client chooses another one for each attempt. */
function overMembers(members: number): Runner {
  return async work => {
    for (let left = members - 1; ; left--) {
      try {
        return await work({})
      } catch (error) {
        if (left === 0 || !NOT_SENT.test(messageOf(error))) throw error
      }
    }
  }
}

/** Fails a call that has no answer after so many milliseconds. Its answer is ignored then. */
function withinLimit(limit: number, run: Runner): Policy {
  const execute = <T>(work: Work<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${limit} ms`)), limit)
      run(work).then(
        answer => {
          clearTimeout(timer)
          resolve(answer)
        },
        (error: unknown) => {
          clearTimeout(timer)
          reject(error instanceof Error ? error : new Error(messageOf(error), { cause: error }))
        },
      )
    })
  return { execute } as unknown as Policy
}

/** Without authorities in the document, gRPC has some of its own. Those of Node are trusted instead. */
function credentialsOf({ ca, key, cert, passphrase }: TlsSettings): NonNullable<IOptions['credentials']> {
  return {
    rootCertificate: ca === undefined ? Buffer.from(rootCertificates.join('\n')) : (ca as Buffer),
    ...(key !== undefined && { privateKey: decrypted(key as Buffer, passphrase) }),
    ...(cert !== undefined && { certChain: cert as Buffer }),
  }
}

/** gRPC has no passphrases. */
function decrypted(key: Buffer, passphrase: string | undefined): Buffer {
  if (passphrase === undefined) return key
  try {
    return Buffer.from(createPrivateKey({ key, passphrase }).export({ type: 'pkcs8', format: 'pem' }))
  } catch {
    throw refusal('"tls.passphrase" does not open the private key')
  }
}

function nameOf({ host, port }: ServerPlace): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
