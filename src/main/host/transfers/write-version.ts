import type { BinaryDatastore, PutOptions, PutResult, Stat } from '../../../core/datastore.ts'
import { DatastoreError, failure, isAborted, isNotFound } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import { BadInputError } from '../calls/describe-failure.ts'

/** The conditions of a put, as the page sends them. */
export interface WriteRules extends Pick<PutOptions, 'create' | 'replace' | 'ifMatch'> {
  /** Whether the value keeps the expiry time of the one that it replaces, if the store supports times to live. */
  readonly keepExpiry?: boolean | undefined
}

/**
 * The options of a put with these conditions.
 * @throws BadInputError if the put may neither create nor replace.
 */
export async function putOptionsOf(
  store: BinaryDatastore,
  key: Key,
  { keepExpiry = false, ...options }: WriteRules,
  signal: AbortSignal,
): Promise<PutOptions> {
  if (options.create === false && options.replace === false) {
    throw new BadInputError('Cannot put: create and replace are both false, so nothing could be written')
  }
  if (!keepExpiry || !store.capabilities.write.ttl) return options
  const { expires, expiresHere = false } = (await replacedBy(store, key, signal)) ?? {}
  if (expires === undefined || expiresHere) return options
  // If the value expired by this clock, the store decides by its own clock whether there is a version to replace.
  return { ...options, ttl: Math.max(1, expires - Date.now()) }
}

/** The stat of the value that a put is to replace. A failure is reported as a failure of the put. */
async function replacedBy(store: BinaryDatastore, key: Key, signal: AbortSignal): Promise<Stat | undefined> {
  try {
    return await statIfPresent(store, key, signal)
  } catch (error) {
    if (isAborted(error) || !(error instanceof DatastoreError)) throw error
    throw failure(error.code, 'put', key, error.reason, error)
  }
}

/**
 * The stat of the version that a put wrote. If another version was written since, or the stat fails, it has only size
 * and etag: the put has succeeded all the same.
 */
export async function statOfWrite(
  store: BinaryDatastore,
  key: Key,
  { etag }: PutResult,
  size: number,
): Promise<Stat> {
  const stat = await statIfPresent(store, key).catch(() => undefined)
  return stat?.etag === etag ? stat : { size, etag }
}

export async function statIfPresent(
  store: BinaryDatastore,
  key: Key,
  signal?: AbortSignal,
): Promise<Stat | undefined> {
  try {
    return await store.stat(key, { signal })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
