import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectEncrypted } from 'node:tls'
import { messageOf } from '../../../errors.ts'
import {
  type ConnectionReport,
  type ConnectionRights,
  type ConnectionStep,
  UNKNOWN_RIGHTS,
} from '../../../stack/connection-report.ts'
import type { ServerPlace } from '../../connect/tunnel.ts'
import { nameOf } from './address.ts'
import type { Connection } from './connection.ts'
import { isRefusal, redisFailure } from './failures.ts'
import { type Access, accessTo } from './open-server.ts'
import type { ServerContext, ServerOptions } from './options.ts'
import type { RedisServer } from './server.ts'
import { asked, factsOf } from './server-facts.ts'
import { openServer } from './topology.ts'

/** Reads that the latency is the median of. */
const READS = 5

/** What is found out, one step after another, until one fails. */
export async function testRedis(
  options: ServerOptions & { readonly cluster?: boolean | undefined; readonly prefix?: string | undefined },
  context: ServerContext,
): Promise<ConnectionReport> {
  const steps: ConnectionStep[] = []
  const step = async <T>(
    name: ConnectionStep['name'],
    work: () => Promise<readonly [T, string]>,
  ): Promise<T> => {
    try {
      const [result, detail] = await work()
      steps.push({ name, ok: true, detail })
      return result
    } catch (error) {
      steps.push({ name, ok: false, detail: messageOf(error) })
      throw error
    }
  }
  let access: Access | undefined
  let server: RedisServer | undefined
  try {
    const place = await step('reach', async () => {
      access = await accessTo(options, context)
      return reach(access)
    })
    const open = access as unknown as Access
    await step('encrypt', () => encrypt(open, place))
    const found = await step('sign-in', async () => {
      const opened = await openServer(open, options.cluster)
      server = opened
      return [opened, await signedInAs(opened.masters[0] as Connection, open.user)] as const
    })
    const [first] = found.masters as [Connection]
    const { version, isReplica } = await factsOf(first, 'strata-probe')
    await step('server', async () => {
      const what = version === undefined ? 'Redis, of a version that it does not tell' : `Redis ${version}`
      return [undefined, isReplica ? `${what}, a replica, which takes no writes` : what] as const
    })
    await step('topology', async () => {
      const text = found.isCluster ? `a cluster of ${found.masters.length} masters` : 'one server'
      return [undefined, text] as const
    })
    await step('keys', () => count(found))
    const probe = Buffer.from(`${options.prefix ?? ''}strata-probe-${randomUUID()}`)
    await step('latency', () => latency(found, probe))
    return { ok: true, steps, rights: await rightsOf(found, probe) }
  } catch {
    // The step says why.
    return { ok: false, steps, rights: UNKNOWN_RIGHTS }
  } finally {
    await server?.close()
    await access?.close()
  }
}

async function reach(access: Access): Promise<readonly [ServerPlace, string]> {
  const name = nameOf(access.address)
  const start = performance.now()
  const place = await access.placeOf(access.address)
  const socket = connect(place)
  await ready(socket, 'connect', name, access.timeout)
  socket.destroy()
  return [place, `${name} in ${milliseconds(performance.now() - start)}`]
}

async function encrypt(
  { tls, address, timeout }: Access,
  place: ServerPlace,
): Promise<readonly [undefined, string]> {
  if (tls === undefined) return [undefined, 'the connection is not encrypted']
  const socket = connectEncrypted({ ...place, ...tls })
  await ready(socket, 'secureConnect', nameOf(address), timeout)
  const protocol = socket.getProtocol()
  socket.destroy()
  return [undefined, `encrypted by ${protocol ?? 'an unknown protocol'}`]
}

async function ready(socket: Socket, event: string, name: string, timeout: number): Promise<void> {
  try {
    await once(socket, event, { signal: AbortSignal.timeout(timeout) })
  } catch (error) {
    socket.on('error', () => undefined)
    socket.destroy()
    throw redisFailure(`connect to ${name}`, error)
  }
}

async function signedInAs(connection: Connection, user = 'default'): Promise<string> {
  const answer = await asked(connection, ['ACL', 'WHOAMI'])
  return `signed in as ${JSON.stringify(Buffer.isBuffer(answer) ? answer.toString() : user)}`
}

async function count({ masters }: RedisServer): Promise<readonly [undefined, string]> {
  const sizes = await Promise.all(masters.map(master => asked(master, ['DBSIZE'])))
  const known = sizes.filter(size => typeof size === 'number')
  if (known.length < sizes.length) return [undefined, 'the user may not count the keys']
  return [undefined, `${known.reduce((sum, size) => sum + size, 0)} keys`]
}

async function latency(server: RedisServer, probe: Buffer): Promise<readonly [undefined, string]> {
  const times: number[] = []
  for (let read = 0; read < READS; read++) {
    const start = performance.now()
    await isAllowed(server, probe, ['GET', probe])
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return [undefined, `${milliseconds(times[Math.floor(READS / 2)] ?? 0)} for a read`]
}

/** Commands about a key that is not there, which change nothing and are refused to whoever may not make them. */
async function rightsOf(server: RedisServer, probe: Buffer): Promise<ConnectionRights> {
  const [read, write, remove, expiry] = await Promise.all([
    isAllowed(server, probe, ['GET', probe]),
    isAllowed(server, probe, ['SET', probe, '', 'XX']),
    isAllowed(server, probe, ['DEL', probe]),
    isAllowed(server, probe, ['PEXPIRE', probe, '1']),
  ])
  const [first] = server.masters as [Connection]
  const tracking = await asked(first, ['CLIENT', 'TRACKING', 'OFF'])
  return { read, write, delete: remove, expiry, liveChanges: tracking !== undefined }
}

async function isAllowed(server: RedisServer, key: Buffer, command: (string | Buffer)[]): Promise<boolean> {
  try {
    await server.send(key, command)
    return true
  } catch (error) {
    if (isRefusal(error, 'NOPERM') || isRefusal(error, 'READONLY')) return false
    throw error
  }
}

function milliseconds(time: number): string {
  return `${time < 10 ? time.toFixed(2) : Math.round(time)} ms`
}
