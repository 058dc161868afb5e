import { concatBytes } from '../../../core/bytes.ts'
import type { BinaryDatastore, GetOptions, Stat } from '../../../core/datastore.ts'
import { failure, isNotFound } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import { MAX_CALL_BYTES } from '../../../shared/values.ts'

const ATTEMPTS = 4

/** Bytes of a value, and the stat of their version. */
export interface Version {
  readonly bytes: Uint8Array
  readonly stat: Stat
}

interface ReadOptions {
  readonly start?: number | undefined
  readonly end?: number | undefined
  readonly signal: AbortSignal
}

/**
 * Reads a range of a value, at most `MAX_CALL_BYTES`, and the stat of exactly that version. A cached copy may be older,
 * and an edit based on it would overwrite a version that was never shown.
 * @throws DatastoreError `CONFLICT` when the value changes faster than it can be read.
 */
export async function readVersion(
  store: BinaryDatastore,
  key: Key,
  { start = 0, end, signal }: ReadOptions,
): Promise<Version> {
  let stat = await store.stat(key, { signal })
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const last = Math.max(start, Math.min(end ?? stat.size, stat.size, start + MAX_CALL_BYTES))
    const isWhole = start === 0 && last === stat.size
    const bytes = await readOrMiss(store, key, isWhole ? { signal } : { start, end: last, signal })
    const after = await store.stat(key, { signal })
    if (bytes !== undefined && after.etag === stat.etag) return { bytes, stat }
    stat = after
  }
  throw failure('CONFLICT', 'get', key, 'the value changes faster than it can be read')
}

/** The range; `undefined` if the key does not exist, which the following stat reports. */
async function readOrMiss(
  store: BinaryDatastore,
  key: Key,
  range: ReadOptions,
): Promise<Uint8Array | undefined> {
  try {
    return await readRange(store, key, { ...range, fresh: true })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** A range of a value, or all of it. */
export async function readRange(
  store: BinaryDatastore,
  key: Key,
  range: ReadOptions & Pick<GetOptions, 'fresh' | 'span'>,
): Promise<Uint8Array> {
  if (range.start === undefined && range.end === undefined) {
    const bytes = await store.get(key, range)
    // A view of a larger buffer would be sent with the whole buffer.
    return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of store.getStream(key, range)) chunks.push(chunk)
  return concatBytes(chunks)
}
