import { Datastore } from '../../../open/datastore.ts'
import type { SecretReference } from '../../../stack/secret.ts'
import { refusal } from './failures.ts'
import { openEtcd } from './open-etcd.ts'
import type { EtcdContext, EtcdOptions } from './options.ts'

/** Values in an etcd cluster (3.4 or later). Needs the package `etcd3`. */
export class EtcdDatastore extends Datastore {
  /**
   * Connects to a cluster.
   * @throws DatastoreError `CONFIG_INVALID`, also where the package is missing, or the revision is; `CONNECTION`, `TIMEOUT`,
   * `ACCESS_DENIED`
   */
  static async open(options: EtcdOptions, context: EtcdContext = {}): Promise<EtcdDatastore> {
    const { baseDirectory, secret = noSecrets, report } = context
    return new EtcdDatastore(await openEtcd(options, { baseDirectory, secret, report }))
  }
}

function noSecrets({ secret }: SecretReference, option: string): Promise<never> {
  const state = `"${option}" names the secret ${JSON.stringify(secret)}, and nothing was given to look it up with`
  return Promise.reject(refusal(state))
}
