import { Datastore } from '../../../open/datastore.ts'
import { openRedis, type RedisOptions } from './open-redis.ts'
import type { ServerContext } from './open-server.ts'

/** Values in a Redis server, or in the masters of a cluster. Needs the package `@redis/client`. */
export class RedisDatastore extends Datastore {
  /**
   * Connects to a server.
   * @param context Where relative paths start from, and the values of secrets.
   * @throws DatastoreError `CONFIG_INVALID`, also where the package is missing; `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
   */
  static async open(options: RedisOptions, context: ServerContext): Promise<RedisDatastore> {
    return new RedisDatastore(await openRedis(options, context))
  }
}
