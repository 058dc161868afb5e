import { randomUUID } from 'node:crypto'
import type { Scope } from '../../../capabilities.ts'
import { type DatastoreError, failure } from '../../../errors.ts'
import type { S3Bucket, S3Putting } from './bucket.ts'
import { MultipartUpload } from './multipart.ts'

/** Which conditions the server checks. It ignores others silently. */
export interface S3Conditions {
  /** Whether the user may write. */
  readonly isWritable: boolean
  /** Conditions of a put: both, or none. */
  readonly put: boolean
  /** Conditions of the end of an upload in parts. */
  readonly upload: boolean
  readonly remove: boolean
  readonly copy: boolean
  /** Whether an etag in a condition stands in quotes, as it should. */
  readonly isQuoted: boolean
}

export const READ_ONLY: S3Conditions = {
  isWritable: false,
  put: false,
  upload: false,
  remove: false,
  copy: false,
  isQuoted: true,
}

const [ONE, OTHER] = [Buffer.from('1'), Buffer.from('2')]
const WRONG = '0123456789abcdef0123456789abcdef'
const plainly: S3Putting = { metadata: {} }

/**
 * Finds out which conditions hold, by writes of a temporary object that has another name each time.
 * @param stem What the name begins with.
 */
export async function probeConditions(bucket: S3Bucket, stem: string): Promise<S3Conditions> {
  const key = `${stem}${randomUUID()}`
  try {
    const etag = await bucket.put(key, ONE, { ...plainly, ifNoneMatch: '*' }, undefined)
    if (etag === undefined)
      throw failure('IO', 'open an S3 store', undefined, 'a new object is there already')
    return await probeWith(bucket, key, etag)
  } catch (error) {
    if (isDenied(error)) return READ_ONLY
    throw error
  } finally {
    await bucket.remove(key, {}).catch(() => undefined)
  }
}

async function probeWith(bucket: S3Bucket, key: string, etag: string): Promise<S3Conditions> {
  const isRefused = async (condition: Partial<S3Putting>) =>
    (await bucket.put(key, ONE, { ...plainly, ...condition }, undefined)) === undefined
  const refusesExisting = await isRefused({ ifNoneMatch: '*' })
  const refusesWrong = await isRefused({ ifMatch: quoted(WRONG) })
  const isQuoted = !(await isRefused({ ifMatch: quoted(etag) }))
  const takesRight = isQuoted || !(await isRefused({ ifMatch: etag }))
  const refusesAbsent =
    (await bucket.put(`${key}-absent`, OTHER, { ...plainly, ifMatch: quoted(etag) }, undefined)) === undefined
  if (!refusesAbsent) await bucket.remove(`${key}-absent`, {})
  const put = refusesExisting && refusesWrong && takesRight && refusesAbsent
  const formatted = (text: string) => (isQuoted ? quoted(text) : text)
  const copied = await bucket.copy(key, formatted(etag), key, { ...plainly, ifNoneMatch: '*' }, undefined)
  const upload = put && (await refusesUpload(bucket, key))
  // A server that refuses every condition is of no use.
  const remove =
    !(await bucket.remove(key, { ifMatch: formatted(WRONG) })) &&
    (await bucket.remove(key, { ifMatch: formatted(etag) }))
  return { isWritable: true, put, upload, remove, copy: copied === 'refused', isQuoted }
}

async function refusesUpload(bucket: S3Bucket, key: string): Promise<boolean> {
  const upload = await MultipartUpload.begin(bucket, key, plainly, undefined)
  try {
    await upload.part(ONE)
    return (await upload.complete({ ifNoneMatch: '*' })) === undefined
  } finally {
    await upload.abort()
  }
}

export function quoted(etag: string): string {
  return `"${etag}"`
}

/** The writers that a condition is checked against. */
export function scopeOf(isChecked: boolean): Scope {
  return isChecked ? 'everyone' : 'process'
}

function isDenied(error: unknown): boolean {
  return ['ACCESS_DENIED', 'READ_ONLY'].includes((error as DatastoreError).code)
}
