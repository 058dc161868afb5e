import { Datastore } from '../../../open/datastore.ts'
import type { SecretReference } from '../../../stack/secret.ts'
import type { ConnectionOptions } from '../../connect/connection-options.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import type { KeyLayoutOptions } from '../key-layout.ts'
import { openS3 } from './open-s3.ts'

// In a file of its own, so that programs that import these types do not need the types of the client.

/** How a bucket is reached, as documents describe it. */
export interface S3ServerOptions extends ConnectionOptions {
  /** `s3://bucket/folder`. It must not contain a password. */
  readonly url: string
  /** The address of a server other than Amazon's: `https://minio.example:9000`. */
  readonly endpoint?: string | undefined
  /** Default: that of the environment or the profile, or `us-east-1`. */
  readonly region?: string | undefined
  /** A profile of the files of the AWS tools. Default: the credentials that the AWS tools would use. */
  readonly profile?: string | undefined
  /** Whether the bucket is part of the path instead of the host. Default: with an `endpoint`. */
  readonly pathStyle?: boolean | undefined
  /** The id of an access key. */
  readonly user?: string | undefined
  /** The secret access key. */
  readonly password?: SecretReference | undefined
  /** The session token of temporary credentials. */
  readonly sessionToken?: SecretReference | undefined
}

/** How the objects of a bucket are opened. */
export interface S3Options extends S3ServerOptions, KeyLayoutOptions {
  /** Refuse every write with `READ_ONLY`, and write nothing to find out what the server can do. Default false. */
  readonly readOnly?: boolean | undefined
  /** Bytes of a part of an upload, from 5 MiB; a value has at most 10,000 parts. Default 8 MiB. */
  readonly partSize?: number | undefined
}

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
