import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { type Certificates, makeCertificates, type TlsStart } from './certificates.ts'
import { freePort, serverFolder } from './server-process.ts'

interface ProxyStart {
  /** Encrypts its side, for a server without encryption. */
  readonly tls?: TlsStart | undefined
}

interface Pair {
  readonly near: Socket
  readonly far: Socket
}

/** Forwards connections to a server. It can make the server appear lost or hanging. */
export class Proxy {
  readonly port: number
  readonly certificates: Certificates | undefined
  readonly #target: number
  readonly #wantsClients: boolean
  readonly #folder: string
  readonly #pairs = new Set<Pair>()
  #server: Server | undefined
  #isFrozen = false
  /** The number of connections accepted so far. */
  taken = 0

  private constructor(
    target: number,
    port: number,
    folder: string,
    certificates: Certificates | undefined,
    wantsClients: boolean,
  ) {
    this.#target = target
    this.port = port
    this.#folder = folder
    this.certificates = certificates
    this.#wantsClients = wantsClients
  }

  static async start(target: number, { tls }: ProxyStart = {}): Promise<Proxy> {
    const [port, folder] = [await freePort(), await serverFolder()]
    const certificates = tls === undefined ? undefined : await makeCertificates(folder)
    const proxy = new Proxy(target, port, folder, certificates, tls === 'both')
    await proxy.restart()
    return proxy
  }

  async restart(): Promise<this> {
    this.#server = await this.#listening()
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  async #listening(): Promise<Server> {
    const take = (near: Socket) => this.#take(near)
    if (this.certificates === undefined) return createServer(take)
    const { server, ca } = this.certificates
    const [cert, key, authority] = await Promise.all(
      [server.cert, server.key, ca].map(path => readFile(path)),
    )
    const listening = createTlsServer({ cert, key, ca: authority, requestCert: this.#wantsClients }, take)
    listening.on('tlsClientError', () => undefined)
    return listening
  }

  #take(near: Socket): void {
    this.taken++
    const far = dial(this.#target, '127.0.0.1')
    const pair = { near, far }
    this.#pairs.add(pair)
    const end = () => {
      this.#pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.setNoDelay(true).on('error', end).on('close', end)
    if (!this.#isFrozen) pass(pair)
  }

  /** Holds all data until `thaw`, but accepts connections. */
  freeze(): void {
    this.#isFrozen = true
    for (const { near, far } of this.#pairs) {
      near.unpipe(far)
      far.unpipe(near)
    }
  }

  thaw(): void {
    this.#isFrozen = false
    for (const pair of this.#pairs) pass(pair)
  }

  /** @param how Whether connections are closed, or reset as by a server that died with unread requests. */
  async kill(how: 'close' | 'reset' = 'close'): Promise<void> {
    const closed = this.#server && once(this.#server, 'close')
    this.#server?.close()
    this.#server = undefined
    for (const { near } of this.#pairs)
      if (how === 'reset') near.resetAndDestroy()
      else near.destroy()
    await closed
  }

  async stop(): Promise<void> {
    await this.kill()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function pass({ near, far }: Pair): void {
  near.pipe(far)
  far.pipe(near)
}
