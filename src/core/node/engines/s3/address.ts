import { type DatastoreError, failure } from '../../../errors.ts'

/** A place in a bucket. */
export interface S3Address {
  readonly bucket: string
  /** What the names of its objects begin with: empty, or ends with `/`. */
  readonly folder: string
  readonly user: string | undefined
}

/** @throws DatastoreError `CONFIG_INVALID` for another address, which is not repeated. */
export function addressOf(text: string): S3Address {
  const url = URL.parse(text)
  if (url === null || url.protocol !== 's3:' || url.hostname === '') {
    throw refusal('the address has to be s3://bucket, or s3://bucket/folder')
  }
  if (url.password !== '') throw refusal('the address holds a password; name a secret instead')
  const path = decoded(url.pathname.slice(1))
  const folder = path === '' || path.endsWith('/') ? path : `${path}/`
  return {
    bucket: decoded(url.hostname),
    folder,
    user: url.username === '' ? undefined : decoded(url.username),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refusal('a "%" of the address is followed by something other than two hexadecimal digits of UTF-8')
  }
}

export function refusal(state: string, action = 'open an S3 store'): DatastoreError {
  return failure('CONFIG_INVALID', action, undefined, state)
}
