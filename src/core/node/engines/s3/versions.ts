import type { ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3'
import { failure } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { bytesOf } from './body.ts'
import type { S3Bucket } from './bucket.ts'
import type { S3Version } from './s3-version.ts'

/** The versions of an object, the newest first: one, where the bucket keeps no others. */
export async function* versionsOf(
  bucket: S3Bucket,
  name: string,
  signal: AbortSignal | undefined,
): AsyncIterable<S3Version> {
  const { ListObjectVersionsCommand } = bucket.access.s3
  let marker:
    | { readonly KeyMarker?: string | undefined; readonly VersionIdMarker?: string | undefined }
    | undefined = {}
  while (marker !== undefined) {
    const input = { Bucket: bucket.name, Prefix: name, ...marker }
    const page: ListObjectVersionsCommandOutput = await bucket.sent(
      'list versions',
      signal,
      (client, options) => client.send(new ListObjectVersionsCommand(input), options),
      { meaning: () => undefined, answer: answer => answer },
    )
    const { Versions = [], DeleteMarkers = [], IsTruncated, NextKeyMarker, NextVersionIdMarker } = page
    const marks = DeleteMarkers.map(mark => ({ ...mark, Size: undefined }))
    const found = [...Versions, ...marks].filter(({ Key: key }) => key === name)
    // The server sorts versions and marks apart.
    found.sort((a, b) => (b.LastModified?.getTime() ?? 0) - (a.LastModified?.getTime() ?? 0))
    for (const { VersionId = '', LastModified, Size, IsLatest = false } of found) {
      yield { id: VersionId, mtime: LastModified?.getTime() ?? 0, size: Size, isLatest: IsLatest }
    }
    // Names that begin with this one follow it.
    const isMore = IsTruncated === true && NextKeyMarker === name
    marker = isMore ? { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker } : undefined
  }
}

/** The value of a version. @throws DatastoreError `NOT_FOUND` if the bucket does not keep it. */
export async function readVersion(
  bucket: S3Bucket,
  name: string,
  key: Key,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const object = await bucket.get(name, undefined, signal, id)
  if (object === undefined || object === 'empty') {
    throw failure('NOT_FOUND', 'get a version of', key, 'the bucket keeps no such version')
  }
  return bytesOf(bucket, object, signal)
}
