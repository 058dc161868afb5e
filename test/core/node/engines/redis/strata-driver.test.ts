import { afterAll, describe, it } from 'vitest'
import { Connection, ReconnectHook } from '../../../../../src/core/node/engines/redis/server/connection.ts'
import { SingleServer } from '../../../../../src/core/node/engines/redis/server/server.ts'
import { factsOf } from '../../../../../src/core/node/engines/redis/server/server-facts.ts'
import { StrataDriver } from '../../../../../src/core/node/engines/redis/strata/strata-driver.ts'
import { StrataNames } from '../../../../../src/core/node/engines/redis/strata/strata-names.ts'
import { describeOrderedDriver } from '../../../../../src/testkit/index.ts'
import { noRedis, startRedis } from '../../../../servers/redis.ts'

if (noRedis === undefined) {
  const server = await startRedis()
  const client = await import('@redis/client')
  afterAll(() => server.stop())
  for (const buckets of [1, 16]) {
    const open = async () => {
      const connection = await Connection.open({
        client,
        place: () => Promise.resolve({ host: '127.0.0.1', port: server.port }),
        name: 'the server',
        tls: undefined,
        user: undefined,
        password: undefined,
        database: 0,
        timeout: 10_000,
      })
      const names = new StrataNames('', buckets)
      const facts = await factsOf(connection, 'probe')
      const parts = {
        names,
        id: 'redis:test',
        facts,
        now: Date.now,
        isReadOnly: false,
        reconnectHook: new ReconnectHook(),
      }
      return new StrataDriver(new SingleServer(connection), parts)
    }
    describeOrderedDriver(
      `StrataDriver with ${buckets} buckets`,
      {
        create: async () => {
          await server.flush()
          return open()
        },
        beside: open,
        reopen: open,
      },
      { describe, it },
    )
  }
} else it('StrataDriver', ({ skip }) => skip(noRedis))
