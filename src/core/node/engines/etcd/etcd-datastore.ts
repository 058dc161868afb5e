import { Datastore } from '../../../open/datastore.ts'
import type { SecretReference } from '../../../stack/secret.ts'
import type { ConnectionOptions } from '../../connect/connection-options.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import type { KeyLayoutOptions } from '../key-layout.ts'
import { openEtcd } from './open-etcd.ts'

/** How keys are stored in an etcd cluster, and how it is reached. */
export interface EtcdOptions extends ConnectionOptions, KeyLayoutOptions {
  /** `etcd://host:2379`, or several members of a cluster: `etcd://a:2379,b:2379`. It must not contain a password. */
  readonly url: string
  /** The user to sign in as. Default: the user in the address. */
  readonly user?: string | undefined
  /** The secret with the password of the user. */
  readonly password?: SecretReference | undefined
  /** The common beginning of all keys, in both layouts. Others are not shown. */
  readonly prefix?: string | undefined
  /** Shows the data as they were at this revision, and refuses every write. Default: as they are. */
  readonly revision?: number | undefined
  /** Refuse every write with `READ_ONLY`. Default false. */
  readonly readOnly?: boolean | undefined
}

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
