import { Datastore } from '../../../open/datastore.ts'
import type { SecretReference } from '../../../stack/secret.ts'
import type { ConnectionOptions } from '../../connect/connection-options.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import { openRedis } from './open-redis.ts'

// In a file of its own, so that programs that import these types do not need the types of the client.

/** How a server is reached, as documents describe it. */
export interface ServerOptions extends ConnectionOptions {
  /** `redis://host:6379/0`; `rediss://` is encrypted. It must not contain a password. */
  readonly url: string
  /** The user to sign in as. Default: the user in the address. */
  readonly user?: string | undefined
  /** The secret with the password of the user. */
  readonly password?: SecretReference | undefined
  /** The number of the database. Default: that in the address, or 0. */
  readonly database?: number | undefined
}

/** How keys are stored in a server, and how the server is reached. */
export interface RedisOptions extends ServerOptions {
  /** Default: detected; `strata` in an empty database. */
  readonly layout?: 'strata' | 'path' | undefined
  /** Layout `path`: the text between the segments of a name. Default `:`. */
  readonly separator?: string | undefined
  /** Layout `path`: whether names begin with the separator. Default: yes for `/`, else no. */
  readonly leading?: boolean | undefined
  /** The common beginning of all names. */
  readonly prefix?: string | undefined
  /** Refuse every write with `READ_ONLY`. Default false. */
  readonly readOnly?: boolean | undefined
  /** Whether the server is part of a cluster. Default: detected. */
  readonly cluster?: boolean | undefined
}

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
