import { type Copied, encodedPath, type S3Bucket, type S3Head, type S3Putting } from './bucket.ts'
import { MultipartUpload } from './multipart.ts'
import type { S3Conditions } from './probe.ts'

/** The maximum number of bytes that one request copies. */
const ONE_COPY = 5 * 1024 ** 3
const PART = 512 * 1024 ** 2

/**
 * Copies an object within the server, if it has not changed.
 * @param source With its etag as the server wants it in conditions.
 */
export async function copyObject(
  bucket: S3Bucket,
  source: { readonly name: string; readonly head: S3Head; readonly etag: string },
  to: string,
  putting: S3Putting,
  conditions: S3Conditions,
  part: { readonly from: number; readonly size: number } = { from: ONE_COPY + 1, size: PART },
): Promise<Copied> {
  const { size } = source.head
  if (size < part.from) return bucket.copy(source.name, source.etag, to, putting, undefined)
  const upload = await MultipartUpload.begin(bucket, to, putting, undefined)
  try {
    const path = `${bucket.name}/${encodedPath(source.name)}`
    for (let at = 0; at < size; at += part.size) {
      const range = `bytes=${at}-${Math.min(size, at + part.size) - 1}`
      await upload.copiedPart(path, source.etag, range)
    }
    const { ifNoneMatch } = putting
    const done = await upload.complete(conditions.upload ? { ifNoneMatch } : {})
    return done === undefined ? 'refused' : 'copied'
  } finally {
    await upload.abort()
  }
}
