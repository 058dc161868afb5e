import { collectBytes } from '../bytes.ts'
import { Slices } from '../concurrency/slices.ts'
import { DEFAULT_PAGE, type ListPage, type Stat, type StoreStats } from '../datastore.ts'
import { failure, isNotFound } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from './call.ts'
import type { Payload } from './payload.ts'
import type { Found } from './store.ts'

export function statOf(found: Found | undefined): Stat | undefined {
  if (found === undefined) return undefined
  const { bytes, etag, mtime, btime, expires, expiresHere = false } = found
  const stat = { size: bytes.length, mtime, btime, etag }
  if (expires === undefined) return stat
  return expiresHere ? { ...stat, expires, expiresHere } : { ...stat, expires }
}

/** The same version with other bytes. */
export function withBytes(found: Found, bytes: Uint8Array, shared: boolean): Found {
  return new OtherBytes(found, bytes, shared)
}

/** Reads every property but the bytes from the original version, on access: an etag may be computed only then. */
class OtherBytes implements Found {
  readonly bytes: Uint8Array
  readonly shared: boolean
  readonly #found: Found

  constructor(found: Found, bytes: Uint8Array, shared: boolean) {
    this.bytes = bytes
    this.shared = shared
    this.#found = found
  }

  get etag(): string {
    return this.#found.etag
  }

  get mtime(): number | undefined {
    return this.#found.mtime
  }

  get btime(): number | undefined {
    return this.#found.btime
  }

  get expires(): number | undefined {
    return this.#found.expires
  }
}

/**
 * The stat of a key; `undefined` if it is absent. A broken link counts as absent too: the store throws `NOT_FOUND` for
 * it only to name its target.
 */
export async function statIfPresent(
  store: { stat(key: Key, call: Call): Maybe<Stat | undefined> },
  key: Key,
  call: Call,
): Promise<Stat | undefined> {
  try {
    return await store.stat(key, call)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** The bytes of a payload, collected if it is a stream. They are kept. */
export async function collected(key: Key, value: Payload, call: Call): Promise<Uint8Array> {
  if (!value.isStream) return value.keep()
  const bytes = await collectBytes(value.take(), key, call.signal)
  call.throwIfAborted('put', key)
  return bytes
}

/** The calls of a store that walking needs. */
interface Walkable {
  list(prefix: Key, call: Call): ListPage | Promise<ListPage>
  stat(key: Key, call: Call): Stat | undefined | Promise<Stat | undefined>
}

/** Counts the values below a prefix by walking. */
export async function countByWalk(store: Walkable, prefix: Key, call: Call): Promise<StoreStats> {
  const slices = new Slices()
  const levels = [prefix]
  let entries = 0
  let bytes = 0
  for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
    let after: string | undefined
    do {
      if (slices.isOver) await slices.pause()
      call.throwIfAborted('count')
      const page = await store.list(level, call.with({ after, limit: DEFAULT_PAGE }))
      for (const child of page.children) {
        if (child.isBranch) levels.push(child.key)
        if (!child.isValue) continue
        const size = child.size ?? (await store.stat(child.key, call.bare))?.size
        // Removed after the page was read.
        if (size === undefined) continue
        entries++
        bytes += size
      }
      after = page.cursor
    } while (after !== undefined)
  }
  return { entries, bytes, accuracy: 'exact' }
}

/** @throws DatastoreError if a key is longer than the store's limit. */
export function refuseLongKey(
  action: string,
  key: Key,
  { keyBytes = Number.POSITIVE_INFINITY, segmentBytes = Number.POSITIVE_INFINITY },
): void {
  const text = key.toString()
  // UTF-8 takes at most three bytes for a code unit.
  if (3 * text.length <= Math.min(keyBytes, segmentBytes)) return
  const size = byteLength(text)
  if (size > keyBytes) {
    throw failure(
      'KEY_INVALID',
      action,
      key,
      `the key has ${size} bytes, and this store accepts at most ${keyBytes}`,
    )
  }
  for (const segment of key.segments) {
    const length = byteLength(segment)
    if (length <= segmentBytes) continue
    const state = `a segment has ${length} bytes, and this store accepts at most ${segmentBytes}`
    throw failure('KEY_INVALID', action, key, state)
  }
}

/** @throws DatastoreError if a value is longer than the store's limit. */
export function refuseLongValue(key: Key, size: number, limit: number): void {
  if (size <= limit) return
  const state = `the value has more than ${limit} bytes, the most that this store accepts`
  throw failure('VALUE_INVALID', 'put', key, state)
}

const encoder = new TextEncoder()

function byteLength(text: string): number {
  return encoder.encode(text).length
}
