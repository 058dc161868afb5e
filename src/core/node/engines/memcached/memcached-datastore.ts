import { Datastore } from '../../../open/datastore.ts'
import type { ConnectionOptions } from '../../connect/connection-options.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import { openMemcached } from './open-memcached.ts'

/** How keys are stored in a memcached server, and how it is reached. */
export interface MemcachedOptions extends ConnectionOptions {
  /** `memcached://host:11211`. */
  readonly url: string
  /**
   * `strata` holds every key, with times. `path` shows what other programs wrote. Default: detected; `strata` in an empty
   * server.
   */
  readonly layout?: 'strata' | 'path' | undefined
  /** Layout `path`: the text between the segments of a name. Default `:`. */
  readonly separator?: string | undefined
  /** Layout `path`: whether names begin with the separator. Default: yes for `/`, else no. */
  readonly leading?: boolean | undefined
  /** The common beginning of all names. */
  readonly prefix?: string | undefined
  /** Refuse every write with `READ_ONLY`. Default false. */
  readonly readOnly?: boolean | undefined
}

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
