import { failure } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { Datastore } from '../../../open/datastore.ts'
import { type ProgramContext, serverContextOf } from '../../connect/server-context.ts'
import { type OpenS3, openS3 } from './open-s3.ts'
import type { S3Options } from './options.ts'
import type { S3Version } from './s3-version.ts'
import { readVersion, versionsOf } from './versions.ts'

interface VersionOptions {
  readonly signal?: AbortSignal | undefined
}

/** Objects in a bucket of an S3 server. Needs the package `@aws-sdk/client-s3`. */
export class S3Datastore extends Datastore {
  readonly #opened: OpenS3

  private constructor(opened: OpenS3) {
    super(opened.store)
    this.#opened = opened
  }

  /**
   * Signs in to a server and opens a bucket.
   * @throws DatastoreError `CONFIG_INVALID`, also where the package or the bucket is missing; `CONNECTION`, `TIMEOUT`,
   * `ACCESS_DENIED`
   */
  static async open(options: S3Options, context: ProgramContext = {}): Promise<S3Datastore> {
    return new S3Datastore(await openS3(options, serverContextOf(context)))
  }

  /** The versions of a value, the newest first; only the current one, where the bucket keeps no others. */
  versions(key: Key, { signal }: VersionOptions = {}): AsyncIterable<S3Version> {
    return versionsOf(this.#opened.bucket, this.#nameOf(key), signal)
  }

  /**
   * The value of a version.
   * @param id As `versions` tells it.
   * @throws DatastoreError `NOT_FOUND`
   */
  getVersion(key: Key, id: string, { signal }: VersionOptions = {}): Promise<Uint8Array> {
    return readVersion(this.#opened.bucket, this.#nameOf(key), key, id, signal)
  }

  #nameOf(key: Key): string {
    const bytes = this.#opened.layout.encode(key)
    if (bytes === undefined) throw failure('KEY_INVALID', 'look up', key, this.#opened.layout.problem(key))
    return Buffer.from(bytes).toString()
  }
}
