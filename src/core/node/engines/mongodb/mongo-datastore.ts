import { Datastore } from '../../../open/datastore.ts'
import { noSecrets } from '../../sql/no-secrets.ts'
import { openMongo } from './open-mongo.ts'
import type { MongoContext, MongoOptions } from './options.ts'

/** Values in a collection of a MongoDB server. Needs the package `mongodb`. */
export class MongoDatastore extends Datastore {
  /**
   * Connects to a server.
   * @throws DatastoreError `CONFIG_INVALID`, also where the package is missing or the layout is another; `CONNECTION`,
   * `TIMEOUT`, `ACCESS_DENIED`
   */
  static async open(options: MongoOptions, context: MongoContext = {}): Promise<MongoDatastore> {
    const { baseDirectory, secret = noSecrets, report } = context
    return new MongoDatastore(await openMongo(options, { baseDirectory, secret, report }))
  }
}
