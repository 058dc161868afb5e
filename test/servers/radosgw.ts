import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  checkLoopback,
  freePort,
  freePorts,
  missing,
  type ServerProcess,
  serverFolder,
  startServer,
} from './server-process.ts'

const run = promisify(execFile)

export const noRadosgw =
  missing('radosgw', 'radosgw') ?? missing('ceph-mon', 'ceph-mon') ?? missing('ceph-osd', 'ceph-osd')

/** The secret access key of every user. */
export const RADOSGW_SECRET = 'a-secret-of-the-tests'

/**
 * An S3 server for one test: Ceph's gateway over one monitor and one store in memory. It takes about 14 s to
 * start.
 */
export interface Radosgw {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  /** Credentials of a user who may create buckets. */
  readonly user: string
  readonly password: string
  /** A user without any bucket. */
  readonly guest: { readonly user: string; readonly password: string }
  /** Stops the gateway as if it were killed. The data stay. */
  killGateway(): Promise<void>
  /** Starts the gateway on its port again. */
  startGateway(): Promise<void>
  stop(): Promise<void>
}

/** Its store sometimes ends by itself within a second of starting. */
const TRIES = 5

export async function startRadosgw(): Promise<Radosgw> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce()
    } catch (error) {
      if (tries === TRIES || !String(error).includes('ceph-osd ended')) throw error
    }
  }
}

async function startOnce(): Promise<Radosgw> {
  const folder = await serverFolder()
  const [monPort, port, osdPort] = [await freePort(), await freePort(), await freePorts(OSD_PORTS)]
  const conf = join(folder, 'ceph.conf')
  const [fsid, ids] = [randomUUID(), { mon: join(folder, 'mon'), osd: join(folder, 'osd') }]
  await Promise.all([mkdir(ids.mon), mkdir(ids.osd)])
  await writeFile(conf, configuration({ folder, fsid, monPort, osdPort, port }))
  const ceph = (program: string, ...args: string[]) => run(program, ['-c', conf, ...args], { cwd: folder })
  const map = join(folder, 'monmap')
  await run('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', `[v1:127.0.0.1:${monPort}]`, map])
  await ceph('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map, '--no-mon-config')
  const started: ServerProcess[] = []
  // Each has a folder of its own to remove; the shared one is removed at the end.
  const start = async (command: string, at: number, args: readonly string[], needed?: Promise<never>) => {
    const server = await startServer({
      command,
      folder: await serverFolder(),
      port: at,
      args: ['-c', conf, '-f', ...args],
      patience: 120_000,
      needed,
    })
    started.push(server)
    return server
  }
  const stop = async () => {
    for (const server of started.reverse()) await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await start('ceph-mon', monPort, ['-i', 'a'])
    const uuid = randomUUID()
    await onceTaken(() => ceph('ceph', 'osd', 'new', uuid))
    await ceph('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', uuid)
    // A connection to the store while it starts may end it. The gateway needs the store, so its start waits.
    const osd = await start('ceph-osd', monPort, ['-i', '0'])
    const startGateway = () => start('radosgw', port, ['-n', 'client.rgw'], osd.ended)
    let gateway = await startGateway()
    checkLoopback('ceph-osd', osd.pid)
    const makeUser = async (name: string) => {
      const args = ['user', 'create', '--uid', name, '--display-name', name]
      await ceph('radosgw-admin', ...args, '--access-key', name, '--secret-key', RADOSGW_SECRET)
      return { user: name, password: RADOSGW_SECRET }
    }
    const owner = await makeUser('owner')
    const guest = await makeUser('guest')
    return {
      endpoint: `http://127.0.0.1:${port}`,
      ...owner,
      guest,
      killGateway: () => gateway.kill(),
      startGateway: async () => {
        gateway = await startGateway()
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The monitor accepts connections before it accepts commands, and refuses commands until then. */
async function onceTaken(command: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    try {
      await command()
      return
    } catch (error) {
      if (Date.now() > deadline || !String(error).includes('problem getting command descriptions'))
        throw error
    }
  }
}

/**
 * The store listens on four ports of a range. The rest are spare, for ports that other processes take
 * meanwhile.
 */
const OSD_PORTS = 16

function configuration({
  folder,
  fsid,
  monPort,
  osdPort,
  port,
}: Readonly<Record<'folder' | 'fsid', string>> &
  Readonly<Record<'monPort' | 'osdPort' | 'port', number>>): string {
  return `
[global]
fsid = ${fsid}
mon host = [v1:127.0.0.1:${monPort}]
auth cluster required = none
auth service required = none
auth client required = none
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
ms bind port min = ${osdPort}
ms bind port max = ${osdPort + OSD_PORTS - 1}
osd pool default size = 1
osd pool default min size = 1
osd crush chooseleaf type = 0
osd pool default pg num = 1
osd pool default pgp num = 1
mon allow pool size one = true
osd objectstore = memstore
memstore device bytes = 4294967296
run dir = ${folder}
log file = /dev/null
mon cluster log file = /dev/null
admin socket =
pid file =
[mon.a]
mon data = ${folder}/mon
public addr = 127.0.0.1
[osd.0]
osd data = ${folder}/osd
[client.rgw]
keyring = ${folder}/none
rgw frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
rgw data = ${folder}
rgw enable usage log = false
rgw enable gc threads = false
rgw enable lc threads = false
rgw enable quota threads = false
`
}
