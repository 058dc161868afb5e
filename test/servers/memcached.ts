import { userInfo } from 'node:os'
import { type Certificates, makeCertificates, type TlsStart } from './certificates.ts'
import { freePort, missing, type ServerProcess, serverFolder, startServer } from './server-process.ts'

export const noMemcached = missing('memcached', 'memcached')

/** A memcached server for one test. */
export interface MemcachedServer extends ServerProcess {
  readonly url: string
  readonly certificates: Certificates | undefined
  /** Starts a new, empty server on its port. */
  restart(): Promise<MemcachedServer>
}

interface MemcachedStart {
  /** MiB for values. Default 64. */
  readonly memory?: number | undefined
  readonly tls?: TlsStart | undefined
}

export async function startMemcached(options: MemcachedStart = {}): Promise<MemcachedServer> {
  return start(options, await freePort())
}

async function start(options: MemcachedStart, port: number): Promise<MemcachedServer> {
  const folder = await serverFolder()
  const certificates = options.tls === undefined ? undefined : await makeCertificates(folder)
  const args = [
    '-l',
    '127.0.0.1',
    '-p',
    String(port),
    '-U',
    '0',
    '-m',
    String(options.memory ?? 64),
    '-t',
    '1',
  ]
  // As root it requires the user to run as.
  const user = userInfo().uid === 0 ? ['-u', 'root'] : []
  const server = await startServer({
    command: 'memcached',
    folder,
    port,
    args: [...args, ...user, ...(certificates === undefined ? [] : encrypted(certificates, options.tls))],
    // It stores nothing, and takes a second to end by itself.
    stopSignal: 'SIGKILL',
  })
  return {
    ...server,
    url: `memcached://${certificates === undefined ? '127.0.0.1' : 'localhost'}:${port}`,
    certificates,
    restart: () => start(options, port),
  }
}

/** Level 2 of verification accepts only clients with a certificate. */
function encrypted({ ca, server }: Certificates, tls: TlsStart | undefined): string[] {
  const clients = tls === 'both' ? [`ssl_ca_cert=${ca}`, 'ssl_verify_mode=2'] : []
  return ['-Z', '-o', [`ssl_chain_cert=${server.cert}`, `ssl_key=${server.key}`, ...clients].join(',')]
}
