import { Datastore } from '../../../open/datastore.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import { openS3 } from './open-s3.ts'
import type { S3Options } from './options.ts'

/** Objects in a bucket of an S3 server. Needs the package `@aws-sdk/client-s3`. */
export class S3Datastore extends Datastore {
  /**
   * Signs in to a server and opens a bucket.
   * @throws DatastoreError `CONFIG_INVALID`, also where the package or the bucket is missing; `CONNECTION`, `TIMEOUT`,
   * `ACCESS_DENIED`
   */
  static async open(options: S3Options, context: ProgramContext = {}): Promise<S3Datastore> {
    return new S3Datastore(await openS3(options, serverContextOf(context)))
  }
}
