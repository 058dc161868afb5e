import { Datastore } from '../../../open/datastore.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import { openMemcached } from './open-memcached.ts'
import type { MemcachedOptions } from './options.ts'

/** Values in a memcached server (1.6 or later), as long as it keeps them. Needs no package. */
export class MemcachedDatastore extends Datastore {
  /**
   * Connects to a server.
   * @throws DatastoreError `CONFIG_INVALID`, `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
   */
  static async open(options: MemcachedOptions, context: ProgramContext = {}): Promise<MemcachedDatastore> {
    return new MemcachedDatastore(await openMemcached(options, serverContextOf(context)))
  }
}
