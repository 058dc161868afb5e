// In a file of its own, so that programs that import these types do not need the types of the client.
import type { SecretReference } from '../../../stack/secret.ts'
import type { ConnectionOptions } from '../../connect/connection-options.ts'
import type { KeyLayoutOptions } from '../key-layout.ts'

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
