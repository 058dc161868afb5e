import { CreateBucketCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { S3Datastore, type S3Options } from '../../../../../src/core/node/engines/s3/s3-datastore.ts'
import { contextWith } from '../server-context.ts'

/** What a test needs to reach a server. */
export interface S3Place {
  readonly endpoint: string
  readonly user: string
  readonly password: string
}

/** The settings of a separate client. */
export function clientConfigOf({ endpoint, user, password }: S3Place): S3ClientConfig {
  return {
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: user, secretAccessKey: password },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  }
}

/** A client past the store under test. */
export function clientOf(place: S3Place): S3Client {
  return new S3Client(clientConfigOf(place))
}

let buckets = 0

/** Creates a bucket. */
export async function newBucket(client: S3Client): Promise<string> {
  const bucket = `bucket-${process.pid}-${buckets++}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return bucket
}

export function optionsFor(
  { endpoint, user }: S3Place,
  bucket: string,
): S3Options & { readonly endpoint: string } {
  return { url: `s3://${bucket}`, endpoint, user, password: { secret: 'key' }, timeout: 20_000 }
}

export function openS3Datastore(
  place: S3Place,
  bucket: string,
  options: Partial<S3Options> = {},
): Promise<S3Datastore> {
  return S3Datastore.open({ ...optionsFor(place, bucket), ...options }, contextWith(place.password))
}
