import {
  MongoDatastore,
  type MongoOptions,
} from '../../../../../src/core/node/engines/mongodb/mongo-datastore.ts'
import { testMongo } from '../../../../../src/core/node/engines/mongodb/test-connection.ts'
import { Proxy } from '../../../../servers/proxy.ts'
import { describeConnection } from '../connecting.ts'
import { mongoServer, newName } from './mongo-context.ts'

describeConnection<MongoOptions>({
  name: 'MongoDB',
  kind: 'mongodb',
  missing: undefined,
  // The proxy simulates lost connections, which the double cannot.
  start: async ({ tls }) => {
    const server = await mongoServer()
    const proxy = await Proxy.start(Number(new URL(server.url).port || 27_017), { tls })
    const stop = async () => {
      await proxy.stop()
      await server.stop()
    }
    return { port: proxy.port, certificates: proxy.certificates, kill: () => proxy.kill(), restart, stop }
    async function restart() {
      await proxy.restart()
      return { port: proxy.port, kill: () => proxy.kill(), restart, stop }
    }
  },
  at: ({ host, port, isEncrypted }) => ({
    url: `mongodb://${host}:${port}/strata`,
    collection: newName(),
    ...(isEncrypted && { tls: true }),
  }),
  open: (options, given) => MongoDatastore.open(options, given),
  test: (options, given) => testMongo(options, given),
  signIn: undefined,
  // The client retries until its time limit.
  unencrypted: 'TIMEOUT',
  report: { encrypted: 'encrypted', untrusted: 'reach' },
})
