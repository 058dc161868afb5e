import type { ConnectionReport } from '../../../stack/connection-report.ts'
import { ConnectionTest, milliseconds } from '../../connect/connection-test.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { mongoFailure } from './failures.ts'
import { accessTo, type MongoAccess } from './mongo-access.ts'
import type { MongoOptions } from './mongo-datastore.ts'
import { topologyIn } from './topology.ts'

/** Runs the test step by step, until a step fails. It changes nothing. */
export function testMongo(options: MongoOptions, context: ServerContext): Promise<ConnectionReport> {
  const test = new ConnectionTest('a MongoDB store', mongoFailure)
  let opened: MongoAccess | undefined
  return test.report(
    async () => {
      const { database, user, isEncrypted } = await test.step('reach', async () => {
        const start = performance.now()
        opened = await accessTo(options, context)
        return [opened, `${opened.name} in ${milliseconds(performance.now() - start)}`] as const
      })
      await test.check('encrypt', () => (isEncrypted ? 'encrypted' : 'the connection is not encrypted'))
      const hello = await test.step('sign-in', async () => {
        const found = await database.command({ hello: 1 })
        return [
          found,
          user === undefined ? 'without a user' : `signed in as ${JSON.stringify(user)}`,
        ] as const
      })
      await test.check('server', async () => {
        const { version } = await database.command({ buildInfo: 1 })
        return `MongoDB ${String(version)}`
      })
      const topology = topologyIn(hello)
      await test.check('topology', () => topology.name)
      await test.check('keys', async () => {
        const { collection } = options
        if (collection === undefined) return `database ${database.databaseName}`
        const count = await database.collection(collection).estimatedDocumentCount()
        return `about ${count} documents in ${collection}`
      })
      await test.check('latency', () => test.latency(() => database.command({ ping: 1 })))
      const write = topology.isWritable ? undefined : false
      return { read: true, write, delete: write, expiry: write, liveChanges: topology.isReplicated }
    },
    async () => opened?.close(),
  )
}
