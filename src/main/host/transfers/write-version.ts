import type { BinaryDatastore, PutOptions, PutResult, Stat } from '../../../core/datastore.ts'
import { isNotFound } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import { BadInputError } from '../calls/describe-failure.ts'

/** The rules of a put, as the page gives them. */
export interface WriteRules extends Pick<PutOptions, 'create' | 'replace' | 'ifMatch'> {
  /** The value expires when the one that it replaces would have, where the store keeps times to live. */
  readonly keepExpiry?: boolean | undefined
}

/**
 * The options of a put that obeys `rules`.
 * @throws BadInputError when the put may neither create nor replace.
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
  const { expires, expiresHere = false } = (await statIfPresent(store, key, signal)) ?? {}
  if (expires === undefined || expiresHere) return options
  // Where the time is over the store decides, by its own clock, whether there is a version to replace.
  return { ...options, ttl: Math.max(1, expires - Date.now()) }
}

/** The stat of the version that a put wrote, even when somebody has written another one since. */
export async function statOfWrite(
  store: BinaryDatastore,
  key: Key,
  { etag }: PutResult,
  size: number,
): Promise<Stat> {
  const stat = await statIfPresent(store, key)
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
