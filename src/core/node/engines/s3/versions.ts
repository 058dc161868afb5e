import type { ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3'
import { DEFAULT_PAGE, type ValueVersion } from '../../../datastore.ts'
import type { Call } from '../../../open/call.ts'
import { bytesOf } from './body.ts'
import type { S3Bucket } from './bucket.ts'
import { statusOf } from './failures.ts'

/** Whether a bucket keeps versions, or has some of when it did; false too where the user may not ask. */
export async function keepsVersions(bucket: S3Bucket): Promise<boolean> {
  const { GetBucketVersioningCommand } = bucket.access.s3
  return bucket.sent(
    'look up the versioning of',
    undefined,
    (client, options) => client.send(new GetBucketVersioningCommand({ Bucket: bucket.name }), options),
    {
      // Servers without versions do not know the request.
      meaning: error => {
        const status = statusOf(error) ?? 0
        return (status >= 400 && status < 500) || status === 501 ? { is: false } : undefined
      },
      answer: ({ Status }) => Status !== undefined,
    },
  )
}

/** The versions of an object, the newest first: one, where the bucket keeps no others. */
export async function versionsOf(
  bucket: S3Bucket,
  name: string,
  { options: { limit = DEFAULT_PAGE }, signal }: Call,
): Promise<readonly ValueVersion[]> {
  const { ListObjectVersionsCommand } = bucket.access.s3
  const versions: ValueVersion[] = []
  let marker:
    | { readonly KeyMarker?: string | undefined; readonly VersionIdMarker?: string | undefined }
    | undefined = {}
  while (marker !== undefined && versions.length < limit) {
    const input = { Bucket: bucket.name, Prefix: name, ...marker }
    const page: ListObjectVersionsCommandOutput = await bucket.sent(
      'list versions',
      signal,
      (client, options) => client.send(new ListObjectVersionsCommand(input), options),
      { meaning: () => undefined, answer: answer => answer },
    )
    const { Versions = [], DeleteMarkers = [], IsTruncated, NextKeyMarker, NextVersionIdMarker } = page
    const values = Versions.map(one => ({ ...one, isValue: true }))
    const marks = DeleteMarkers.map(one => ({ ...one, isValue: false, Size: undefined }))
    const found = [...values, ...marks].filter(({ Key: key }) => key === name)
    // The server sorts versions and marks apart.
    found.sort((a, b) => (b.LastModified?.getTime() ?? 0) - (a.LastModified?.getTime() ?? 0))
    for (const { VersionId = '', LastModified, Size, isValue } of found) {
      versions.push({ id: VersionId, time: LastModified?.getTime() ?? 0, isValue, size: Size })
    }
    // Names that begin with this one follow it.
    const isMore = IsTruncated === true && NextKeyMarker === name
    marker = isMore ? { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker } : undefined
  }
  return versions.slice(0, limit)
}

/** The value of a version; `undefined` if the bucket does not keep it, or it is a deletion. */
export async function readVersion(
  bucket: S3Bucket,
  name: string,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const object = await bucket.get(name, undefined, signal, id)
  return object === undefined || object === 'empty' ? undefined : bytesOf(bucket, object, signal)
}
