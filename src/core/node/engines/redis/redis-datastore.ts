import { Datastore } from '../../../open/datastore.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import { openRedis } from './open-redis.ts'
import type { RedisOptions } from './options.ts'

/** Values in a Redis server, or in the masters of a cluster. Needs the package `@redis/client`. */
export class RedisDatastore extends Datastore {
  /**
   * Connects to a server.
   * @throws DatastoreError `CONFIG_INVALID`, also where the package is missing; `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
   */
  static async open(options: RedisOptions, context: ProgramContext = {}): Promise<RedisDatastore> {
    return new RedisDatastore(await openRedis(options, serverContextOf(context)))
  }
}
