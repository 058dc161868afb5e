import type { ConnectionReport } from '../../../stack/connection-report.ts'
import { ConnectionTest } from '../../connect/connection-test.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { memcachedFailure } from './failures.ts'
import type { MemcachedOptions } from './memcached-datastore.ts'
import { type Access, accessTo } from './memcached-server.ts'
import type { MetaConnection } from './meta-connection.ts'
import { factsOf, type ServerFacts } from './server-facts.ts'

/** Runs the test step by step, until a step fails. It changes nothing. */
export function testMemcached(options: MemcachedOptions, context: ServerContext): Promise<ConnectionReport> {
  const test = new ConnectionTest('a memcached store', memcachedFailure)
  let access: Access | undefined
  let connection: MetaConnection | undefined
  return test.report(
    async () => {
      const reached = await test.step('reach', async () => {
        access = await accessTo(options, context)
        const { name, timeout, place } = access
        return [access, await test.reach({ name, place: await place(), timeout })] as const
      })
      const opened = await test.step('encrypt', async () => {
        connection = await reached.connect()
        const { encryption } = connection
        const text =
          encryption === undefined ? 'the connection is not encrypted' : `encrypted by ${encryption}`
        return [connection, text] as const
      })
      const facts = await test.step('sign-in', async () => [await factsOf(opened), 'without a user'] as const)
      await test.check('server', () => `memcached ${facts.version}, ${memoryOf(facts)}`)
      await test.check('topology', () => 'one server')
      await test.check('keys', () => `about ${facts.items} keys; ${evictionsOf(facts)}`)
      await test.check('latency', () => test.latency(() => opened.send('mn')))
      const write = options.readOnly !== true
      const expiry = write && options.layout !== 'path'
      return { read: true, write, delete: write, expiry, liveChanges: false }
    },
    async () => {
      connection?.close()
      await access?.close()
    },
  )
}

function memoryOf({ memory }: ServerFacts): string {
  return `with ${Math.round(memory / 1024 ** 2)} MiB for values, in memory alone`
}

function evictionsOf({ mayEvict, evictions }: ServerFacts): string {
  if (!mayEvict) return 'it refuses writes when its memory is full'
  return evictions === 0 ? 'none was evicted yet' : `${evictions} were evicted for others`
}
