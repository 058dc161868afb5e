import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { homedir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import type { Client, ClientChannel, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2'
import { DatastoreError, messageOf } from '../../errors.ts'
import type { OpenContext } from '../../stack/kind.ts'
import { optionalPackage } from '../optional-package.ts'
import type { TunnelOptions } from './connection-options.ts'
import { type HostKeyStatus, KnownHosts } from './known-hosts.ts'

export interface ServerPlace {
  readonly host: string
  readonly port: number
}

/** The time limit of signing in, and the keep-alive interval, in milliseconds. */
const READY_LIMIT = 20_000
const KEEPALIVE = 15_000

/**
 * An SSH connection that forwards connections to servers behind it. Each server has a port on the loopback interface of
 * this machine. A lost connection is restored when the next connection through it begins.
 */
export class Tunnel {
  readonly #config: ConnectConfig
  readonly #known: KnownHosts
  readonly #listeners = new Map<string, Promise<Server>>()
  readonly #sockets = new Set<Socket>()
  #client: Promise<Client> | undefined
  #isClosed = false

  private constructor(config: ConnectConfig, known: KnownHosts) {
    this.#config = config
    this.#known = known
  }

  /**
   * Connects and signs in.
   * @throws DatastoreError `CONNECTION` if the SSH server is unreachable, `ACCESS_DENIED` if its key is unknown or it
   * denies access, `CONFIG_INVALID` for a key that cannot be read.
   */
  static async open(
    options: TunnelOptions,
    context: Pick<OpenContext, 'baseDirectory' | 'secret'>,
  ): Promise<Tunnel> {
    const { config, known } = await configOf(options, context)
    const tunnel = new Tunnel(config, known)
    await tunnel.#connected()
    return tunnel
  }

  /** The local address through which a server behind the tunnel is reached. */
  async forward(target: ServerPlace): Promise<ServerPlace> {
    const name = `${target.host}:${target.port}`
    const listening = this.#listeners.get(name) ?? this.#listen(target)
    this.#listeners.set(name, listening)
    return { host: '127.0.0.1', port: ((await listening).address() as AddressInfo).port }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const socket of this.#sockets) socket.destroy()
    const servers = await Promise.all(this.#listeners.values())
    await Promise.all(servers.map(server => new Promise(done => server.close(done))))
    await this.#client?.then(
      client => client.end(),
      () => undefined,
    )
  }

  #listen(target: ServerPlace): Promise<Server> {
    const server = createServer(
      { noDelay: true, allowHalfOpen: true },
      socket => void this.#forward(socket, target),
    )
    return new Promise((done, failed) => {
      server.once('error', failed)
      server.listen(0, '127.0.0.1', () => done(server))
    })
  }

  async #forward(socket: Socket, target: ServerPlace): Promise<void> {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    // The client sees a closed connection, as with any server that goes away.
    socket.on('error', () => undefined)
    try {
      const channel = await opened(await this.#connected(), socket, target)
      if (socket.destroyed) return void channel.destroy()
      channel.on('error', () => socket.destroy())
      channel.once('close', () => socket.destroySoon())
      socket.once('close', () => channel.destroy())
      socket.pipe(channel).pipe(socket)
    } catch {
      socket.destroy()
    }
  }

  #connected(): Promise<Client> {
    if (this.#isClosed) {
      return Promise.reject(new DatastoreError('CLOSED', 'Cannot use an SSH tunnel: it is closed'))
    }
    this.#client ??= this.#connect().catch((error: unknown) => {
      this.#client = undefined
      throw error
    })
    return this.#client
  }

  async #connect(): Promise<Client> {
    const { Client } = (await optionalPackage('an SSH tunnel', 'ssh2', () => import('ssh2'))).default
    const { host = '', port = 22 } = this.#config
    const client = new Client()
    let status: HostKeyStatus = 'known'
    let fingerprint = ''
    const hostVerifier = (key: Buffer): boolean => {
      status = this.#known.check(host, port, key)
      fingerprint = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
      return status === 'known'
    }
    await new Promise<void>((done, failed) => {
      client.once('ready', done)
      // Further errors may follow the first, and occur when the connection is lost.
      client.on('error', error => failed(failureOf(error, `${host}:${port}`, status, fingerprint)))
      client.connect({ ...this.#config, hostVerifier })
    })
    client.setNoDelay(true)
    client.once('close', () => {
      this.#client = undefined
    })
    return client
  }
}

function opened(client: Client, socket: Socket, { host, port }: ServerPlace): Promise<ClientChannel> {
  return new Promise((done, failed) => {
    client.forwardOut('127.0.0.1', socket.remotePort ?? 0, host, port, (error, channel) => {
      if (error === undefined) done(channel)
      else failed(error)
    })
  })
}

function failureOf(
  error: Error & { readonly level?: string },
  server: string,
  status: HostKeyStatus,
  fingerprint: string,
): DatastoreError {
  const action = `Cannot connect to the SSH server ${server}`
  const denied = (state: string) =>
    new DatastoreError('ACCESS_DENIED', `${action}: ${state}`, { cause: error })
  if (status === 'unknown') {
    return denied(
      `its key (${fingerprint}) is not in the file of known hosts; sign in once with ssh to accept it`,
    )
  }
  if (status === 'changed') {
    return denied(`its key (${fingerprint}) is another than the known one; somebody may be in between`)
  }
  if (status === 'revoked') return denied(`its key (${fingerprint}) is marked as revoked`)
  if (error.level === 'client-authentication') return denied('it does not let this user in')
  return new DatastoreError('CONNECTION', `${action}: ${messageOf(error)}`, { cause: error })
}

async function configOf(
  { host, port = 22, user, key, passphrase, password, knownHosts }: TunnelOptions,
  { baseDirectory, secret }: Pick<OpenContext, 'baseDirectory' | 'secret'>,
): Promise<{ readonly config: ConnectConfig; readonly known: KnownHosts }> {
  const knownPath = knownHosts === undefined ? join(homedir(), '.ssh', 'known_hosts') : knownHosts
  const text = await readFile(resolve(baseDirectory ?? '.', knownPath), 'utf8').catch(() => '')
  const known = new KnownHosts(text)
  const agent = process.env['SSH_AUTH_SOCK']
  const privateKey = key === undefined ? undefined : await readKey(resolve(baseDirectory ?? '.', key))
  const config: ConnectConfig = {
    host,
    port,
    username: user === '' ? userInfo().username : user,
    readyTimeout: READY_LIMIT,
    keepaliveInterval: KEEPALIVE,
    ...(privateKey !== undefined && { privateKey }),
    ...(passphrase !== undefined && { passphrase: await secret(passphrase, 'tunnel.passphrase') }),
    ...(password !== undefined && { password: await secret(password, 'tunnel.password') }),
    ...(privateKey === undefined && password === undefined && agent !== undefined && { agent }),
  }
  const types = algorithmsOf(known.typesOf(host, port))
  return { known, config: types.length === 0 ? config : { ...config, algorithms: { serverHostKey: types } } }
}

/** A host has keys of several types and must offer one that is listed. */
function algorithmsOf(types: readonly string[]): ServerHostKeyAlgorithm[] {
  return types.flatMap(type =>
    type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type],
  ) as ServerHostKeyAlgorithm[]
}

async function readKey(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const message = `Cannot read the private key ${JSON.stringify(path)}: ${messageOf(cause)}`
    throw new DatastoreError('CONFIG_INVALID', message, { cause })
  }
}
