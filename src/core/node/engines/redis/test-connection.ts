import { randomUUID } from 'node:crypto'
import type { ConnectionReport, ConnectionRights } from '../../../stack/connection-report.ts'
import { ConnectionTest } from '../../connect/connection-test.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import type { ServerOptions } from './redis-datastore.ts'
import { nameOf } from './server/address.ts'
import type { Connection } from './server/connection.ts'
import { isRefusal, redisFailure } from './server/failures.ts'
import { type Access, accessTo } from './server/open-server.ts'
import type { RedisServer } from './server/server.ts'
import { asked, factsOf } from './server/server-facts.ts'
import { openServer } from './server/topology.ts'

/** Runs the test step by step, until a step fails. */
export function testRedis(
  options: ServerOptions & { readonly cluster?: boolean | undefined; readonly prefix?: string | undefined },
  context: ServerContext,
): Promise<ConnectionReport> {
  const test = new ConnectionTest('a Redis store', redisFailure)
  let access: Access | undefined
  let server: RedisServer | undefined
  return test.report(
    async () => {
      const { open, reached } = await test.step('reach', async () => {
        access = await accessTo(options, context)
        const { address, timeout } = access
        const at = { name: nameOf(address), place: await access.placeOf(address), timeout }
        return [{ open: access, reached: at }, await test.reach(at)] as const
      })
      await test.check('encrypt', () => test.encrypt(reached, open.tls))
      const found = await test.step('sign-in', async () => {
        const opened = await openServer(open, options.cluster)
        server = opened
        return [opened, await signedInAs(opened.masters[0] as Connection, open.user)] as const
      })
      const [first] = found.masters as [Connection]
      const { version, isReplica } = await factsOf(first, 'strata-probe')
      await test.check('server', () => {
        const what = version === undefined ? 'Redis, unknown version' : `Redis ${version}`
        return isReplica ? `${what}, a replica, which takes no writes` : what
      })
      await test.check('topology', () =>
        found.isCluster ? `a cluster of ${found.masters.length} masters` : 'one server',
      )
      await test.check('keys', () => count(found))
      const probe = Buffer.from(`${options.prefix ?? ''}strata-probe-${randomUUID()}`)
      await test.check('latency', () => test.latency(() => isAllowed(found, probe, ['GET', probe])))
      return rightsOf(found, probe)
    },
    async () => {
      await server?.close()
      await access?.close()
    },
  )
}

async function signedInAs(connection: Connection, user = 'default'): Promise<string> {
  const answer = await asked(connection, ['ACL', 'WHOAMI'])
  return `signed in as ${JSON.stringify(Buffer.isBuffer(answer) ? answer.toString() : user)}`
}

async function count({ masters }: RedisServer): Promise<string> {
  const sizes = await Promise.all(masters.map(master => asked(master, ['DBSIZE'])))
  const known = sizes.filter(size => typeof size === 'number')
  if (known.length < sizes.length) return 'the user may not count the keys'
  return `${known.reduce((sum, size) => sum + size, 0)} keys`
}

/** Commands about an absent key, which change nothing and are refused if the user may not run them. */
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
