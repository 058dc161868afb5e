import { Datastore } from '../../../open/datastore.ts'
import type { SecretReference } from '../../../stack/secret.ts'
import type { ConnectionOptions } from '../../connect/connection-options.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import { openMongo } from './open-mongo.ts'

// In a file of its own, so that programs that import these types do not need the types of the client.

/** How values are stored in a MongoDB server, and how it is reached. */
export interface MongoOptions extends ConnectionOptions {
  /** `mongodb://host:27017/database`, or several members of a replica set. It must not contain a password. */
  readonly url: string
  readonly user?: string | undefined
  /** The secret with the password of the user. */
  readonly password?: SecretReference | undefined
  /** Default: that of the address, else `test`. */
  readonly database?: string | undefined
  /** Default: `kv`. Layout `py-datastore` has a collection for each path, and none is named. */
  readonly collection?: string | undefined
  /**
   * `strata`: every key, in order. `path`: `_id` is the key as text, `v` its bytes, as go-ds-mongo does. `documents`: any
   * collection, a value is a whole document as Extended JSON. `py-datastore`: a database of py datastore.mongo. Default:
   * `strata` or `path`, whichever is found.
   */
  readonly layout?: 'strata' | 'path' | 'documents' | 'py-datastore' | undefined
  /** Layout `documents`: the field with the key. Default: `_id`. */
  readonly keyField?: string | undefined
  /** Layouts `path` and `documents`: the text between segments. Default: `/`. */
  readonly separator?: string | undefined
  /** Layouts `path` and `documents`: whether keys begin with the separator. Default: in `path`, if it is `/`. */
  readonly leading?: boolean | undefined
  /** Layout `path`: the common beginning of all keys. Others are not shown. */
  readonly prefix?: string | undefined
  /** Refuse every write with `READ_ONLY`. Default false. */
  readonly readOnly?: boolean | undefined
}

/** Values in a collection of a MongoDB server. Needs the package `mongodb`. */
export class MongoDatastore extends Datastore {
  /**
   * Connects to a server.
   * @throws DatastoreError `CONFIG_INVALID`, also where the package is missing or the layout is another; `CONNECTION`,
   * `TIMEOUT`, `ACCESS_DENIED`
   */
  static async open(options: MongoOptions, context: ProgramContext = {}): Promise<MongoDatastore> {
    return new MongoDatastore(await openMongo(options, serverContextOf(context)))
  }
}
