import { Datastore } from '../../../open/datastore.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import { openMongo } from './open-mongo.ts'
import type { MongoOptions } from './options.ts'

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
