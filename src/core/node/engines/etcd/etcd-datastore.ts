import { Datastore } from '../../../open/datastore.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import { openEtcd } from './open-etcd.ts'
import type { EtcdOptions } from './options.ts'

/** Values in an etcd cluster (3.4 or later). Needs the package `etcd3`. */
export class EtcdDatastore extends Datastore {
  /**
   * Connects to a cluster.
   * @throws DatastoreError `CONFIG_INVALID`, also where the package is missing, or the revision is; `CONNECTION`, `TIMEOUT`,
   * `ACCESS_DENIED`
   */
  static async open(options: EtcdOptions, context: ProgramContext = {}): Promise<EtcdDatastore> {
    return new EtcdDatastore(await openEtcd(options, serverContextOf(context)))
  }
}
