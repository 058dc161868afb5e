import { afterAll, describe, it } from 'vitest'
import { RedisDatastore } from '../../../../../src/core/node/engines/redis/redis-datastore.ts'
import { describeDatastore } from '../../../../../src/testkit/index.ts'
import { noRedis, startRedis } from '../../../../servers/redis.ts'
import { heldByPath } from '../../../ordered/path/held-by-path.ts'
import { context } from '../server-context.ts'

if (noRedis === undefined) {
  const server = await startRedis()
  afterAll(() => server.stop())
  const open = () =>
    RedisDatastore.open({ url: server.url, timeout: 10_000, layout: 'path', separator: '/' }, context)
  describeDatastore(
    'RedisDatastore, layout path,',
    {
      create: async () => {
        await server.flush()
        return open()
      },
      reopen: open,
      beside: open,
      hostileSegments: heldByPath({ separator: '/' }),
    },
    { describe, it },
  )
} else it('RedisDatastore, layout path', ({ skip }) => skip(noRedis))
