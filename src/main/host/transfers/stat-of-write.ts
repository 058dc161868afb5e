import type { BinaryDatastore, PutResult, Stat } from '../../../core/datastore.ts'
import { isNotFound } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'

/** The stat of the version that a put wrote, even when somebody has written another one since. */
export async function statOfWrite(
  store: BinaryDatastore,
  key: Key,
  { etag }: PutResult,
  size: number,
): Promise<Stat> {
  const stat = await store.stat(key).catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  return stat?.etag === etag ? stat : { size, etag }
}
