import { execFile } from 'node:child_process'
import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Certificates, makeCertificates, type TlsStart } from './certificates.ts'
import { serverUser } from './postgres.ts'
import {
  freePort,
  missing,
  type ServerProcess,
  type ServerUser,
  serverFolder,
  startServer,
} from './server-process.ts'

export const noMariadb = missing('mariadbd', 'mariadb-server') ?? missing('mariadb', 'mariadb-client')

/** Puts don't wait for the device. */
export const FAST = ['--innodb-flush-log-at-trx-commit=0'] as const

/** A MariaDB server for one test, with the database `strata` and the user `app` without a password. */
export interface MariadbServer extends ServerProcess {
  readonly url: string
  readonly certificates: Certificates | undefined
  /** Runs SQL as the superuser, without the store under test, and returns the output of the client. */
  sql(text: string): Promise<string>
  /** Starts it again on its folder and port. */
  restart(): Promise<MariadbServer>
}

interface MariadbStart {
  /** Additional options of the server. */
  readonly config?: readonly string[] | undefined
  /** The password of the user `app`. */
  readonly password?: string | undefined
  readonly tls?: TlsStart | undefined
}

interface MariadbPlace {
  readonly folder: string
  readonly port: number
  readonly user: ServerUser | undefined
  readonly certificates: Certificates | undefined
}

export async function startMariadb(options: MariadbStart = {}): Promise<MariadbServer> {
  const [folder, port, user] = [await serverFolder(), await freePort(), serverUser('mysql')]
  const { config = [], password, tls } = options
  const certificates = tls === undefined ? undefined : await makeCertificates(folder)
  if (user !== undefined) {
    for (const path of [folder, ...(certificates === undefined ? [] : [certificates.server.key])]) {
      await chown(path, user.uid, user.gid)
    }
  }
  const args = [
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    tmpdirIn(folder),
  ]
  await promisify(execFile)('mariadb-install-db', args, { cwd: folder, ...user })
  const server = await start(config, { folder, port, user, certificates })
  const signsIn = password === undefined ? '' : ` IDENTIFIED BY '${password}'`
  const requires = tls === undefined ? '' : ` REQUIRE ${tls === 'both' ? 'X509' : 'SSL'}`
  await server.sql(
    `CREATE DATABASE strata; CREATE USER app@'127.0.0.1'${signsIn}${requires}; GRANT ALL ON strata.* TO app@'127.0.0.1'`,
  )
  return server
}

/** A server removes temporary tables of others from its start folder, so each has one of its own. */
function tmpdirIn(folder: string): string {
  return `--tmpdir=${folder}`
}

async function start(config: readonly string[], place: MariadbPlace): Promise<MariadbServer> {
  const { folder, port, user, certificates } = place
  const socket = join(folder, 'socket')
  const args = [
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    `--socket=${socket}`,
    tmpdirIn(folder),
    '--skip-name-resolve',
    '--innodb-buffer-pool-size=64M',
    ...(certificates === undefined
      ? []
      : [
          `--ssl-cert=${certificates.server.cert}`,
          `--ssl-key=${certificates.server.key}`,
          `--ssl-ca=${certificates.ca}`,
        ]),
    ...config,
  ]
  const server = await startServer({ command: 'mariadbd', folder, port, args, user })
  return {
    ...server,
    url: `mysql://${certificates === undefined ? '127.0.0.1' : 'localhost'}:${port}/strata`,
    certificates,
    sql: async text => {
      const access = ['--no-defaults', '-u', 'root', '-S', socket, '-N', '-B', '-r']
      const { stdout } = await promisify(execFile)('mariadb', [
        ...access,
        '-e',
        text,
        ...(/CREATE DATABASE/.test(text) ? [] : ['strata']),
      ])
      return stdout.trimEnd()
    },
    restart: () => start(config, place),
  }
}
