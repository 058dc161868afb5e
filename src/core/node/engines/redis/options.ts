// Apart from what opens a server, so that programs that name these types need no types of the client.
import type { OpenContext } from '../../../stack/kind.ts'
import type { SecretReference } from '../../../stack/secret.ts'
import type { ConnectionOptions } from '../../connect/connection-options.ts'

/** How a server is reached, as a document says it. */
export interface ServerOptions extends ConnectionOptions {
  /** `redis://host:6379/0`; `rediss://` is encrypted. It holds no password. */
  readonly url: string
  /** The user to sign in as. Default: that of the address. */
  readonly user?: string | undefined
  /** Names the password of the user. */
  readonly password?: SecretReference | undefined
  /** The number of the database. Default: that of the address, or 0. */
  readonly database?: number | undefined
}

/** Where relative paths start from, what gives the values of secrets, and who is told how the server is. */
export interface ServerContext extends Pick<OpenContext, 'baseDirectory' | 'secret'> {
  /** Default: nobody is told. */
  readonly report?: OpenContext['report'] | undefined
}

/** How keys stand in a server, and how that is reached. */
export interface RedisOptions extends ServerOptions {
  /** Default: what is found; `strata` in an empty database. */
  readonly layout?: 'strata' | 'path' | undefined
  /** Layout `path`: what divides the segments of a name. Default `:`. */
  readonly separator?: string | undefined
  /** Layout `path`: whether names begin with the separator. Default: yes for `/`, else no. */
  readonly leading?: boolean | undefined
  /** What every name begins with. */
  readonly prefix?: string | undefined
  /** Refuse every write with `READ_ONLY`. Default false. */
  readonly readOnly?: boolean | undefined
  /** Whether the server is one of a cluster. Default: it is asked. */
  readonly cluster?: boolean | undefined
}
