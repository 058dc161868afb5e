import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { appendFile, chmod, chown, copyFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Certificates, makeCertificates, type TlsStart } from './certificates.ts'
import {
  freePort,
  missing,
  type ServerProcess,
  type ServerUser,
  serverFolder,
  startServer,
} from './server-process.ts'

const VERSIONS = '/usr/lib/postgresql'

/** Debian keeps the programs of each version in a folder of its own. */
function program(name: string): string {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : []
  const newest = versions.map(Number).sort((a, b) => b - a)[0]
  return newest === undefined ? name : join(VERSIONS, String(newest), 'bin', name)
}

export const noPostgres =
  missing(program('initdb'), 'postgresql') ?? missing(program('psql'), 'postgresql-client')

/** The configuration of a server whose data need not survive: puts don't wait for the device. */
export const FAST = [['fsync', 'off']] as const

/** A PostgreSQL server for one test. Its superuser is `postgres`. */
export interface PostgresServer extends ServerProcess {
  /** With the database `postgres`, without a user and a password. */
  readonly url: string
  readonly certificates: Certificates | undefined
  /** Runs SQL as the superuser, without the store under test, and returns the output of psql. */
  sql(text: string, database?: string): Promise<string>
  /** Starts it again on its folder and port. */
  restart(): Promise<PostgresServer>
}

interface PostgresStart {
  /** Users have to sign in with their passwords. This is the password of the superuser. */
  readonly password?: string | undefined
  readonly tls?: TlsStart | undefined
  /** Lines of its configuration, as `['fsync', 'off']`. */
  readonly config?: readonly (readonly [string, string])[] | undefined
}

export async function startPostgres(options: PostgresStart = {}): Promise<PostgresServer> {
  const [folder, port, user] = [await serverFolder(), await freePort(), serverUser('postgres')]
  if (user !== undefined) await chown(folder, user.uid, user.gid)
  const args = [
    '-D',
    join(folder, 'data'),
    '-U',
    'postgres',
    '-A',
    'trust',
    '-N',
    '-E',
    'UTF8',
    '--locale',
    'C',
  ]
  await promisify(execFile)(program('initdb'), args, { cwd: folder, ...user })
  const certificates = options.tls === undefined ? undefined : await makeCertificates(folder)
  if (certificates !== undefined) await useCertificates(folder, certificates, user, options.tls === 'both')
  const server = await start(options, { folder, port, certificates, user })
  if (options.password !== undefined) {
    await server.sql(`ALTER ROLE postgres PASSWORD '${options.password}'`)
    await writeFile(join(folder, 'data', 'pg_hba.conf'), `${LOCAL}host all all 127.0.0.1/32 scram-sha-256\n`)
    await server.sql('SELECT pg_reload_conf()')
  }
  return server
}

/** The superuser signs in through a socket in the folder of the server. */
const LOCAL = 'local all all trust\n'

/** PostgreSQL reads a key only if it is private, and accepts only encrypted connections. */
async function useCertificates(
  folder: string,
  { ca, server }: Certificates,
  user: ServerUser | undefined,
  wantsClients: boolean,
): Promise<void> {
  const key = join(folder, 'server-own.key')
  await copyFile(server.key, key)
  await chmod(key, 0o600)
  if (user !== undefined) await chown(key, user.uid, user.gid)
  const clients = wantsClients ? ' clientcert=verify-ca' : ''
  await writeFile(
    join(folder, 'data', 'pg_hba.conf'),
    `${LOCAL}hostssl all all 127.0.0.1/32 trust${clients}\n`,
  )
  const lines = [
    'ssl = on',
    `ssl_cert_file = '${server.cert}'`,
    `ssl_key_file = '${key}'`,
    `ssl_ca_file = '${ca}'`,
  ]
  await appendFile(join(folder, 'data', 'postgresql.conf'), `${lines.join('\n')}\n`)
}

async function start(
  options: PostgresStart,
  place: {
    readonly folder: string
    readonly port: number
    readonly certificates: Certificates | undefined
    readonly user: ServerUser | undefined
  },
): Promise<PostgresServer> {
  const { folder, port, certificates, user } = place
  const settings: (readonly [string, string])[] = [
    ['listen_addresses', '127.0.0.1'],
    ['port', String(port)],
    ['unix_socket_directories', folder],
    // None of its data survives a kill.
    ['dynamic_shared_memory_type', 'mmap'],
    ...(options.config ?? []),
  ]
  const args = [
    '-D',
    join(folder, 'data'),
    ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const server = await startServer({
    command: program('postgres'),
    folder,
    port,
    args,
    user,
    stopSignal: 'SIGINT',
  })
  const sql = async (text: string, database = 'postgres') => {
    const access = ['-h', folder, '-p', String(port), '-U', 'postgres', '-d', database]
    const { stdout } = await promisify(execFile)(program('psql'), [
      '-XAtq',
      '-v',
      'ON_ERROR_STOP=1',
      ...access,
      '-c',
      text,
    ])
    return stdout.trimEnd()
  }
  // It accepts connections before it is ready for them.
  await retried(() => sql('SELECT 1'))
  const host = certificates === undefined ? '127.0.0.1' : 'localhost'
  return {
    ...server,
    url: `postgres://${host}:${port}/postgres`,
    certificates,
    sql,
    restart: () => start(options, place),
  }
}

async function retried(work: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 30_000
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise(done => setTimeout(done, 20))
    }
  }
}

/** The user that the Debian package of a server created; `undefined` if the tests do not run as root. */
export function serverUser(name: string): ServerUser | undefined {
  if (userInfo().uid !== 0) return undefined
  const [uid = 0, gid = 0] = ['-u', '-g'].map(what => Number(execFileSync('id', [what, name]).toString()))
  return { uid, gid }
}
