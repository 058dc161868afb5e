import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort, missing, type ServerProcess, serverFolder, startServer } from './server-process.ts'

export const noSshd = missing('/usr/sbin/sshd', 'openssh-server') ?? missing('ssh-keygen', 'openssh-client')

/** An SSH server of this user, with a key to sign in with and the line for a file of known hosts. */
export interface SshServer extends ServerProcess {
  readonly user: string
  readonly keyPath: string
  readonly knownHostsPath: string
  readonly hostKey: Buffer
}

export async function startSshServer(
  given: { readonly folder?: string; readonly port?: number } = {},
): Promise<SshServer> {
  const folder = given.folder ?? (await serverFolder())
  const port = given.port ?? (await freePort())
  const path = (name: string) => join(folder, name)
  if (given.folder === undefined) {
    for (const name of ['host', 'user']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(name)])
    }
    await copyFile(path('user.pub'), path('authorized'))
  }
  // sshd requires this folder if it runs as root.
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true })
  await writeFile(
    path('config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${path('host')}`,
      `AuthorizedKeysFile ${path('authorized')}`,
      `PidFile ${path('pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'AllowTcpForwarding yes',
      '',
    ].join('\n'),
  )
  const [type = '', key = ''] = (await readFile(path('host.pub'), 'utf8')).split(' ')
  await writeFile(path('known'), `[127.0.0.1]:${port} ${type} ${key}\n`)
  const args = ['-D', '-e', '-f', path('config')]
  const server = await startServer({ command: '/usr/sbin/sshd', folder, port, args })
  return {
    ...server,
    user: userInfo().username,
    keyPath: path('user'),
    knownHostsPath: path('known'),
    hostKey: Buffer.from(key, 'base64'),
  }
}
