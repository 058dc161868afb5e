import type { OpenContext } from '../../../stack/kind.ts'
import type { NodeStatus } from '../../../stack/node-status.ts'
import type { SecretReference } from '../../../stack/secret.ts'
import type { ConnectionOptions } from '../../connect/connection-options.ts'

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

/** The folder for relative paths, the source of secrets, and the listener for the state of the server. */
export interface ServerContext extends Pick<OpenContext, 'baseDirectory' | 'secret'> {
  /** Default: no listener. */
  readonly report?: OpenContext['report'] | undefined
}

/** What a program passes besides the options to open a server. */
export interface MemcachedContext {
  /** The folder that relative paths of the options are resolved against. Default: the working directory. */
  readonly baseDirectory?: string | undefined
  /** Returns the value of a secret that the options name. Default: there are no secrets. */
  readonly secret?: ((reference: SecretReference, option: string) => Promise<string>) | undefined
  /** Called when the server is lost or reached again, and with the progress of the index of keys. Default: not reported. */
  readonly report?: ((change: NodeStatus) => void) | undefined
}
