import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { connect } from 'node:net'
import type * as s3Package from '@aws-sdk/client-s3'
import { checkOptions, wholeNumber } from '../../../options.ts'
import { CONNECTION_TIMEOUT } from '../../connect/connection-options.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { type TlsSettings, tlsSettings } from '../../connect/tls.ts'
import { Tunnel } from '../../connect/tunnel.ts'
import { optionalPackage } from '../../optional-package.ts'
import { addressOf, refusal, type S3Address } from './address.ts'
import type { S3ServerOptions } from './s3-datastore.ts'

/** The client package. Loaded when a store is opened. */
export type S3Package = typeof s3Package

/** The maximum number of requests at once. More wait for a connection. */
const CONNECTIONS = 128
/** Attempts of a request that can be made again, with pauses of up to some seconds in between. */
const ATTEMPTS = 3
const DEFAULT_REGION = 'us-east-1'

const nothing = (): void => undefined
/** The client would write to the console of the program. Failures are thrown. */
const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing }

/** Everything needed to make requests. */
export interface Access {
  readonly address: S3Address
  readonly s3: S3Package
  /** Makes a request again that fails without an answer, or with one that says so. */
  readonly client: s3Package.S3Client
  /** Makes each request once: a conditional write that had taken effect would be refused the second time. */
  readonly onceClient: s3Package.S3Client
  /** The address of the server without the bucket, as a name in messages. */
  readonly server: URL
  readonly user: string | undefined
  /** The time limit of a call, in milliseconds. */
  readonly timeout: number
  /** `undefined` if the connection is not encrypted. */
  readonly tls: TlsSettings | undefined
  /** The place of the server from here. */
  readonly place: () => Promise<{ readonly host: string; readonly port: number }>
  close(): Promise<void>
}

/**
 * Loads the client, reads secrets and files, and opens the tunnel.
 * @throws DatastoreError `CONFIG_INVALID` for an invalid option, or if the package is missing.
 */
export async function accessTo(options: S3ServerOptions, context: ServerContext): Promise<Access> {
  checkOptions('open an S3 store', options, { timeout: wholeNumber(1, 600_000) })
  const address = addressOf(options.url)
  const { timeout = CONNECTION_TIMEOUT, endpoint, profile } = options
  const s3 = await optionalPackage('an S3 store', '@aws-sdk/client-s3', () => import('@aws-sdk/client-s3'))
  const credentials = await credentialsOf(options, address, context)
  const region = await regionOf(s3, options, credentials === undefined)
  const server = serverOf(endpoint, region)
  const isEncrypted = server.protocol === 'https:'
  if (isEncrypted && options.tls === false) {
    throw refusal('the endpoint says that the connection is encrypted, the option "tls" that it is not')
  }
  if (!isEncrypted && options.tls !== undefined && options.tls !== false) {
    throw refusal('the option "tls" needs an endpoint that begins with https://')
  }
  const tls = await tlsSettings(options.tls ?? isEncrypted, server.hostname, context)
  const tunnel = options.tunnel && (await Tunnel.open(options.tunnel, context))
  const direct = { host: server.hostname.replace(/^\[|\]$/g, ''), port: portOf(server) }
  const place = async () => (await tunnel?.forward(direct)) ?? direct
  const agents = agentsOf(tls, options, tunnel === undefined ? undefined : place)
  const config: s3Package.S3ClientConfig = {
    region,
    logger: SILENT,
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(credentials !== undefined && { credentials }),
    forcePathStyle: options.pathStyle ?? endpoint !== undefined,
    followRegionRedirects: endpoint === undefined,
    // Servers other than Amazon's do not know the checksums that the client adds by itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { ...agents, connectionTimeout: timeout, socketTimeout: timeout },
  }
  const client = new s3.S3Client({ ...config, maxAttempts: ATTEMPTS })
  const onceClient = new s3.S3Client({ ...config, maxAttempts: 1 })
  return {
    address,
    s3,
    client,
    onceClient,
    server,
    user: options.user ?? address.user,
    timeout,
    tls,
    place,
    close: async () => {
      client.destroy()
      onceClient.destroy()
      agents.httpAgent?.destroy()
      agents.httpsAgent?.destroy()
      await tunnel?.close()
    },
  }
}

/** @param isOfProfile Whether the credentials are those of a profile, whose region then counts too. */
async function regionOf(
  s3: S3Package,
  { region, profile }: S3ServerOptions,
  isOfProfile: boolean,
): Promise<string> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env
  const found = region ?? AWS_REGION ?? AWS_DEFAULT_REGION
  if (found !== undefined || !isOfProfile) return found ?? DEFAULT_REGION
  const client = new s3.S3Client({ ...(profile !== undefined && { profile }) })
  try {
    return await client.config.region()
  } catch {
    // The profile names none.
    return DEFAULT_REGION
  } finally {
    client.destroy()
  }
}

function serverOf(endpoint: string | undefined, region: string): URL {
  const url = URL.parse(endpoint ?? `https://s3.${region}.amazonaws.com`)
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.password !== '') {
    throw refusal('the endpoint has to be an address as https://host:port, without a password')
  }
  return url
}

/** `undefined` for those that the AWS tools would find. */
async function credentialsOf(
  options: S3ServerOptions,
  address: S3Address,
  { secret }: ServerContext,
): Promise<s3Package.S3ClientConfig['credentials']> {
  const user = options.user ?? address.user
  const { password, sessionToken, profile } = options
  if (user === undefined && password === undefined) return undefined
  if (user === undefined || password === undefined) {
    throw refusal('a user and a password (the id and the secret of an access key) need each other')
  }
  if (profile !== undefined) throw refusal('it names a profile and a user, of which one is enough')
  return {
    accessKeyId: user,
    secretAccessKey: await secret(password, 'password'),
    ...(sessionToken !== undefined && { sessionToken: await secret(sessionToken, 'sessionToken') }),
  }
}

/**
 * Connections that are kept for the next request.
 * @param place Where connections go instead of to the host of a request.
 */
function agentsOf(
  tls: TlsSettings | undefined,
  options: S3ServerOptions,
  place: Access['place'] | undefined,
): { readonly httpAgent?: HttpAgent; readonly httpsAgent?: HttpsAgent } {
  const { servername, ...files } = tls ?? { servername: undefined }
  // The name of the bucket is part of the host in requests, unless the certificate is for a name of its own.
  const isNamed = typeof options.tls === 'object' && options.tls.servername !== undefined
  const settings = { keepAlive: true, maxSockets: CONNECTIONS, ...files, ...(isNamed && { servername }) }
  if (tls === undefined) return { httpAgent: redirected(new HttpAgent(settings), place) }
  return { httpsAgent: redirected(new HttpsAgent(settings), place) }
}

/** Node's agents may answer later, by their second parameter. */
type CreateConnection = (
  options: Record<string, unknown>,
  done: (error: Error | null, socket?: unknown) => void,
) => unknown

/** The agent, with its connections going to a place. */
function redirected<Agent extends HttpAgent>(agent: Agent, place: Access['place'] | undefined): Agent {
  if (place === undefined) return agent
  const connecting = agent as unknown as { createConnection: CreateConnection }
  const create = connecting.createConnection.bind(agent)
  connecting.createConnection = (options, done) => {
    place().then(at => {
      const socket = connect(at)
      // TLS over a socket checks the name of the host, not of the place.
      done(null, agent instanceof HttpsAgent ? create({ ...options, socket }, () => undefined) : socket)
    }, done)
    return undefined
  }
  return agent
}

export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}
