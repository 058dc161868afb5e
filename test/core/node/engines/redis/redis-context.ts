import {
  RedisDatastore,
  type RedisOptions,
} from '../../../../../src/core/node/engines/redis/redis-datastore.ts'
import { closing, context } from '../server-context.ts'

export async function openDatastore(
  options: Partial<RedisOptions> & { url: string },
): Promise<RedisDatastore> {
  return closing(await RedisDatastore.open({ timeout: 5000, ...options }, context))
}
