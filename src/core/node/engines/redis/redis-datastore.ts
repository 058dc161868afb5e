import { Datastore } from '../../../open/datastore.ts'
import type { NodeStatus } from '../../../stack/node-status.ts'
import type { SecretReference } from '../../../stack/secret.ts'
import { refusal } from './address.ts'
import { openRedis } from './open-redis.ts'
import type { RedisOptions } from './options.ts'

/** What a program passes besides the options to open a server. */
export interface RedisContext {
  /** The folder that relative paths of the options are resolved against. Default: the working directory. */
  readonly baseDirectory?: string | undefined
  /** Returns the value of a secret that the options name. Default: there are no secrets. */
  readonly secret?: ((reference: SecretReference, option: string) => Promise<string>) | undefined
  /** Called when the server is lost or restored, and with the progress of the index of keys. Default: not reported. */
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
