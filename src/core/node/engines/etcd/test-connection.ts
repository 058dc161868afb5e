import { endOfKeys } from '../../../ordered/byte-prefix.ts'
import type { ConnectionReport } from '../../../stack/connection-report.ts'
import { ConnectionTest } from '../../connect/connection-test.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { accessTo, type EtcdAccess } from './etcd-client.ts'
import type { EtcdOptions } from './etcd-datastore.ts'
import { firstKey } from './etcd-writes.ts'
import { etcdFailure } from './failures.ts'

/** Runs the test step by step, until a step fails. It changes nothing. */
export function testEtcd(options: EtcdOptions, context: ServerContext): Promise<ConnectionReport> {
  const test = new ConnectionTest('an etcd store', etcdFailure)
  let opened: EtcdAccess | undefined
  return test.report(
    async () => {
      const access = await test.step('reach', async () => {
        opened = await accessTo(options, context)
        return [opened, await reach(test, opened)] as const
      })
      const { client, user, places, name, timeout, tls } = access
      await test.check('encrypt', () => {
        const [place] = places
        const encrypted = tls && { ...tls, ALPNProtocols: ['h2'] }
        return place === undefined
          ? 'no member has an address'
          : test.encrypt({ name, place, timeout }, encrypted)
      })
      const prefix = Buffer.from(options.prefix ?? '')
      const all = { key: firstKey(prefix), range_end: Buffer.from(endOfKeys(prefix)) }
      const { count, header } = await test.step('sign-in', async () => {
        const found = await client.kv.range({ ...all, count_only: true })
        return [
          found,
          user === undefined ? 'without a user' : `signed in as ${JSON.stringify(user)}`,
        ] as const
      })
      await test.check('server', async () => {
        const { version } = await client.maintenance.status()
        return `etcd ${version}, at revision ${header.revision}`
      })
      await test.check('topology', async () => {
        const { members } = await client.cluster.memberList({})
        return members.length === 1 ? 'one member' : `a cluster of ${members.length} members`
      })
      await test.check('keys', () => `${count} keys`)
      await test.check('latency', () =>
        test.latency(() => client.kv.range({ key: all.key, keys_only: true })),
      )
      // Without users everything is allowed. What a user may do is known by trying alone.
      const mayWrite = user === undefined ? options.revision === undefined : undefined
      const rights = { write: mayWrite, delete: mayWrite, expiry: mayWrite }
      return { read: true, ...rights, liveChanges: options.revision === undefined }
    },
    async () => opened?.close(),
  )
}

/** The first member that can be reached. */
async function reach(test: ConnectionTest, { name, places, timeout }: EtcdAccess): Promise<string> {
  try {
    return await Promise.any(places.map(place => test.reach({ name, place, timeout })))
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error
  }
}
