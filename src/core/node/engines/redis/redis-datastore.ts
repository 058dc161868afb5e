import { Datastore } from '../../../open/datastore.ts'
import type { NodeStatus } from '../../../stack/node-status.ts'
import type { SecretReference } from '../../../stack/secret.ts'
import { refusal } from './address.ts'
import { openRedis } from './open-redis.ts'
import type { RedisOptions } from './options.ts'

/** What a program opens a server with beside the options. */
export interface RedisContext {
  /** The folder that relative paths of the options start from. Default: the working directory. */
  readonly baseDirectory?: string | undefined
  /** Gives the value of a secret that the options name. Default: none is known. */
  readonly secret?: ((reference: SecretReference, option: string) => Promise<string>) | undefined
  /** Told when the server is lost or back, and how far the index of its keys is. Default: nobody is told. */
  readonly report?: ((change: NodeStatus) => void) | undefined
}

/** Values in a Redis server, or in the masters of a cluster. Needs the package `@redis/client`. */
export class RedisDatastore extends Datastore {
  /**
   * Connects to a server.
   * @throws DatastoreError `CONFIG_INVALID`, also where the package is missing; `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
   */
  static async open(options: RedisOptions, context: RedisContext = {}): Promise<RedisDatastore> {
    const { baseDirectory, secret = noSecrets, report } = context
    return new RedisDatastore(await openRedis(options, { baseDirectory, secret, report }))
  }
}

function noSecrets({ secret }: SecretReference, option: string): Promise<never> {
  const state = `"${option}" names the secret ${JSON.stringify(secret)}, and nothing was given to look it up with`
  return Promise.reject(refusal(state))
}
