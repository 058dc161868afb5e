import { Datastore } from '../../../open/datastore.ts'
import type { SecretReference } from '../../../stack/secret.ts'
import { refusal } from './failures.ts'
import { openMemcached } from './open-memcached.ts'
import type { MemcachedContext, MemcachedOptions } from './options.ts'

/** Values in a memcached server (1.6 or later), as long as it keeps them. Needs no package. */
export class MemcachedDatastore extends Datastore {
  /**
   * Connects to a server.
   * @throws DatastoreError `CONFIG_INVALID`, `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
   */
  static async open(options: MemcachedOptions, context: MemcachedContext = {}): Promise<MemcachedDatastore> {
    const { baseDirectory, secret = noSecrets, report } = context
    return new MemcachedDatastore(await openMemcached(options, { baseDirectory, secret, report }))
  }
}

function noSecrets({ secret }: SecretReference, option: string): Promise<never> {
  const state = `"${option}" names the secret ${JSON.stringify(secret)}, and nothing was given to look it up with`
  return Promise.reject(refusal(state))
}
