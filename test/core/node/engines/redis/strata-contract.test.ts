import { afterAll, describe, it } from 'vitest'
import { RedisDatastore } from '../../../../../src/core/node/engines/redis/redis-datastore.ts'
import { describeDatastore } from '../../../../../src/testkit/index.ts'
import { noRedis, startRedis } from '../../../../servers/redis.ts'
import { context } from '../server-context.ts'

if (noRedis === undefined) {
  const server = await startRedis()
  afterAll(() => server.stop())
  const open = () => RedisDatastore.open({ url: server.url, timeout: 10_000, layout: 'strata' }, context)
  describeDatastore(
    'RedisDatastore, layout strata,',
    {
      create: async () => {
        await server.flush()
        return open()
      },
      reopen: open,
      beside: open,
    },
    { describe, it },
  )
} else it('RedisDatastore, layout strata', ({ skip }) => skip(noRedis))
