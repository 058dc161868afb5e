import type { BinaryDatastore, ValueVersion } from '../../../core/datastore.ts'
import { failure, hasCode } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import type { KeyVersion } from '../../../shared/procedures/history.ts'
import { MAX_VERSIONS, valueOfVersion, versionsOf } from './key-versions.ts'
import type { SessionHistory } from './session-history.ts'

/** The ids of versions that the store keeps begin with this. Ids of versions in the history begin with a number. */
const OF_STORE = 'store:'
/** The number of characters of an id that are shown as the name of a version. */
const LABEL_LENGTH = 8
/** The size of the largest version that is sent to a page, in bytes. */
const MAX_SHOWN_BYTES = 16 * 1024 * 1024

/** The parts of a session that are needed. */
interface Versioned {
  readonly store: BinaryDatastore
  readonly history: SessionHistory
}

/**
 * The versions of a key: those that the store keeps by itself, then those in the history. If the store keeps versions,
 * the history may be off.
 */
export async function allVersionsOf(
  { store, history }: Versioned,
  key: Key,
  signal: AbortSignal,
): Promise<KeyVersion[]> {
  if (!store.capabilities.history) return versionsOf(await history.entries(), key)
  const [kept, recorded] = await Promise.all([
    store.versions(key, { limit: MAX_VERSIONS, signal }),
    history.entries().then(
      journal => versionsOf(journal, key),
      (error: unknown) => {
        if (hasCode(error, 'UNSUPPORTED')) return []
        throw error
      },
    ),
  ])
  return [...kept.map(versionInStore), ...recorded]
}

/**
 * The bytes of a version.
 * @throws DatastoreError `NOT_FOUND` if the version is no longer kept or has no bytes.
 */
export async function bytesOfVersion(
  { store, history }: Versioned,
  key: Key,
  id: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (id.startsWith(OF_STORE)) return store.getVersion(key, id.slice(OF_STORE.length), { signal })
  return valueOfVersion(await history.entries(), key, id)
}

/** @throws DatastoreError `VALUE_INVALID` for a version that is too large to be shown. */
export function assertShowable(key: Key, bytes: Uint8Array): void {
  if (bytes.length <= MAX_SHOWN_BYTES) return
  const state = `it has ${bytes.length} bytes, and at most ${MAX_SHOWN_BYTES} bytes can be shown`
  throw failure('VALUE_INVALID', 'show a version of', key, state)
}

function versionInStore({ id, time, isValue, size, label, author, message }: ValueVersion): KeyVersion {
  return {
    id: `${OF_STORE}${id}`,
    source: 'store',
    time,
    state: isValue ? 'recorded' : 'absent',
    label: label ?? id.slice(0, LABEL_LENGTH),
    ...(size !== undefined && { size }),
    ...(author !== undefined && { author }),
    ...(message !== undefined && { message }),
  }
}
