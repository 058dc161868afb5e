import { join } from 'node:path'
import { type Certificates, makeCertificates, type TlsStart } from './certificates.ts'
import { freePort, missing, type ServerProcess, serverFolder, startServer } from './server-process.ts'

export const noEtcd = missing('etcd', 'etcd-server')

/** An etcd server for one test: a cluster of one member. */
export interface EtcdServer extends ServerProcess {
  /** Without a password. */
  readonly url: string
  readonly certificates: Certificates | undefined
  /** Starts it again on its folder. @param port Default: the same port. */
  restart(port?: number): Promise<EtcdServer>
}

interface EtcdStart {
  readonly tls?: TlsStart | undefined
  /** Default: certificates of its own. */
  readonly certificates?: Certificates | undefined
  /** The name in its certificate. Default: `server`. */
  readonly as?: 'server' | 'address' | undefined
  /** Keeps the data in memory, so that puts do not wait for the device. */
  readonly isInMemory?: boolean | undefined
}

export async function startEtcd(options: EtcdStart = {}): Promise<EtcdServer> {
  const folder = await serverFolder(options.isInMemory === true ? '/dev/shm' : undefined)
  const [port, peer] = [await freePort(), await freePort()]
  const certificates =
    options.tls === undefined ? undefined : (options.certificates ?? (await makeCertificates(folder)))
  const as = options.as ?? 'server'
  return start({ folder, port, peer, certificates, as, wantsClients: options.tls === 'both' })
}

async function start(place: {
  readonly folder: string
  readonly port: number
  readonly peer: number
  readonly certificates: Certificates | undefined
  readonly as: 'server' | 'address'
  readonly wantsClients: boolean
}): Promise<EtcdServer> {
  const { folder, port, peer, certificates, as, wantsClients } = place
  const own = `${certificates === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  const peerUrl = `http://127.0.0.1:${peer}`
  const settings = {
    name: 'test',
    'data-dir': join(folder, 'data'),
    'listen-client-urls': own,
    'advertise-client-urls': own,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `test=${peerUrl}`,
    logger: 'zap',
    'log-level': 'error',
    ...(certificates !== undefined && {
      'cert-file': certificates[as].cert,
      'key-file': certificates[as].key,
      // With authorities for clients it refuses connections without a certificate.
      ...(wantsClients && { 'trusted-ca-file': certificates.ca, 'client-cert-auth': true }),
    }),
  }
  const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
  const server = await startServer({ command: 'etcd', folder, port, args })
  return {
    ...server,
    url: certificates === undefined ? `etcd://127.0.0.1:${port}` : `etcd://localhost:${port}`,
    certificates,
    restart: (other = port) => start({ ...place, port: other }),
  }
}
