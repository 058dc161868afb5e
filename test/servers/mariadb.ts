import { execFile } from 'node:child_process'
import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serverUser } from './postgres.ts'
import { freePort, missing, type ServerProcess, serverFolder, startServer } from './server-process.ts'

export const noMariadb = missing('mariadbd', 'mariadb-server') ?? missing('mariadb', 'mariadb-client')

/** Puts don't wait for the device. */
export const FAST = ['--innodb-flush-log-at-trx-commit=0'] as const

/** A MariaDB server of a test's own, with the database `strata` and the user `app` without a password. */
export interface MariadbServer extends ServerProcess {
  readonly url: string
  /** Runs SQL as the superuser, past the store under test, and gives what the client prints. */
  sql(text: string): Promise<string>
  /** Starts it again on its folder and port. */
  restart(): Promise<MariadbServer>
}

export async function startMariadb(config: readonly string[] = []): Promise<MariadbServer> {
  const [folder, port, user] = [await serverFolder(), await freePort(), serverUser('mysql')]
  if (user !== undefined) await chown(folder, user.uid, user.gid)
  const args = [
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]
  await promisify(execFile)('mariadb-install-db', args, { cwd: folder, ...user })
  const server = await start(config, { folder, port, user })
  await server.sql(
    "CREATE DATABASE strata; CREATE USER app@'127.0.0.1'; GRANT ALL ON strata.* TO app@'127.0.0.1'",
  )
  return server
}

async function start(
  config: readonly string[],
  place: {
    readonly folder: string
    readonly port: number
    readonly user: ReturnType<typeof serverUser>
  },
): Promise<MariadbServer> {
  const { folder, port, user } = place
  const socket = join(folder, 'socket')
  const args = [
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    `--socket=${socket}`,
    '--skip-name-resolve',
    '--innodb-buffer-pool-size=64M',
    ...config,
  ]
  const server = await startServer({ command: 'mariadbd', folder, port, args, user })
  return {
    ...server,
    url: `mysql://127.0.0.1:${port}/strata`,
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
