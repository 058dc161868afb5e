import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { type Certificates, makeCertificates, type TlsStart } from './certificates.ts'
import { freePort, missing, type ServerProcess, serverFolder, startServer } from './server-process.ts'

export const noRedis = missing('redis-server', 'redis-server') ?? missing('redis-cli', 'redis-tools')

/** A Redis server for one test. */
export interface RedisServer extends ServerProcess {
  /** Without a password. */
  readonly url: string
  readonly certificates: Certificates | undefined
  /** Runs a command without the store under test, and returns the output of redis-cli. */
  cli(...args: readonly string[]): Promise<string>
  /**
   * Removes all keys of all databases, on a server without a password. Needs no process, so that each test
   * can call it.
   */
  flush(): Promise<void>
  /** Starts it again on its folder and port. */
  restart(): Promise<RedisServer>
}

interface RedisStart {
  readonly password?: string | undefined
  /** Adds the user `name` with `password` and the permissions of `rules`: `~* +@read`. */
  readonly user?: { readonly name: string; readonly password: string; readonly rules: string } | undefined
  readonly tls?: TlsStart | undefined
  /** Lines of its configuration, as `['appendonly', 'yes']`. */
  readonly config?: readonly (readonly [string, string])[] | undefined
}

export async function startRedis(options: RedisStart = {}): Promise<RedisServer> {
  const [folder, port] = [await serverFolder(), await freePort()]
  const certificates = options.tls === undefined ? undefined : await makeCertificates(folder)
  return start(options, { folder, port, certificates })
}

async function start(
  options: RedisStart,
  place: {
    readonly folder: string
    readonly port: number
    readonly certificates: Certificates | undefined
  },
): Promise<RedisServer> {
  const { folder, port, certificates } = place
  const { password, user, config = [] } = options
  const settings: (readonly [string, ...string[]])[] = [
    ['bind', '127.0.0.1'],
    ['dir', folder],
    ['save', ''],
    ['daemonize', 'no'],
    ['enable-debug-command', 'yes'],
    ...(certificates === undefined
      ? [['port', String(port)] as const]
      : ([
          ['port', '0'],
          ['tls-port', String(port)],
          ['tls-cert-file', certificates.server.cert],
          ['tls-key-file', certificates.server.key],
          ['tls-ca-cert-file', certificates.ca],
          ['tls-auth-clients', options.tls === 'both' ? 'yes' : 'optional'],
        ] as const)),
    ...(password === undefined ? [] : [['requirepass', password] as const]),
    ...(user === undefined
      ? []
      : [['user', user.name, 'on', `>${user.password}`, ...user.rules.split(' ')] as const]),
    ...config,
  ]
  const args = settings.flatMap(([name, ...values]) => [`--${name}`, ...values])
  const server = await startServer({ command: 'redis-server', folder, port, args })
  const secured =
    certificates === undefined ? [] : ['--tls', '--cacert', certificates.ca, '--sni', 'localhost']
  const access = [
    '-p',
    String(port),
    ...(password === undefined ? [] : ['--no-auth-warning', '-a', password]),
    ...secured,
  ]
  return {
    ...server,
    url: certificates === undefined ? `redis://127.0.0.1:${port}` : `rediss://localhost:${port}`,
    certificates,
    cli: async (...command) => {
      const { stdout } = await promisify(execFile)('redis-cli', [...access, ...command])
      return stdout.trimEnd()
    },
    flush: () => flush(port),
    restart: () => start(options, place),
  }
}

async function flush(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    socket.write('FLUSHALL\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    if (answer.toString() !== '+OK\r\n') throw new Error(`Redis does not flush: ${answer.toString()}`)
  } finally {
    socket.destroy()
  }
}

/** A cluster of masters, each with a part of the slots. */
export interface RedisCluster {
  readonly masters: readonly RedisServer[]
  readonly url: string
  stop(): Promise<void>
}

const MASTERS = 3
const SLOTS = 16_384

export async function startRedisCluster(options: RedisStart = {}): Promise<RedisCluster> {
  const masters = await Promise.all(
    Array.from({ length: MASTERS }, async () =>
      startRedis({
        ...options,
        config: [
          ['cluster-enabled', 'yes'],
          ['cluster-port', String(await freePort())],
          ['cluster-node-timeout', '2000'],
          ...(options.config ?? []),
        ],
      }),
    ),
  )
  const [first] = masters as [RedisServer, ...RedisServer[]]
  for (const [index, master] of masters.entries()) {
    const [from, to] = [index, index + 1].map(one => Math.floor((one * SLOTS) / MASTERS)) as [number, number]
    await master.cli('cluster', 'addslotsrange', String(from), String(to - 1))
    await master.cli('cluster', 'set-config-epoch', String(index + 1))
    const bus = (await master.cli('config', 'get', 'cluster-port')).split('\n').at(-1) ?? ''
    await first.cli('cluster', 'meet', '127.0.0.1', String(master.port), bus)
  }
  await Promise.all(masters.map(isWhole))
  return {
    masters,
    url: first.url,
    stop: async () => {
      await Promise.all(masters.map(master => master.stop()))
    },
  }
}

/** Resolves once a master has all slots in its table. */
export async function isWhole(master: RedisServer): Promise<void> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const state = await master.cli('cluster', 'info')
    const nodes = (await master.cli('cluster', 'nodes'))
      .split('\n')
      .filter(line => line.includes('connected'))
    if (state.includes('cluster_state:ok') && nodes.length >= MASTERS) return
    if (Date.now() > deadline) throw new Error(`The cluster is not whole:\n${state}`)
    await new Promise(done => setTimeout(done, 50))
  }
}
