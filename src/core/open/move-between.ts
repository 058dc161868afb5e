import type { Stat } from '../datastore.ts'
import { failure, inTermsOf } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from './call.ts'
import { Payload } from './payload.ts'
import { closeUnread } from './started-stream.ts'
import type { ByteStream, Found, Moved, Removed, Written } from './store.ts'
import { WatchedSource } from './watched-source.ts'

/** The calls that a move needs of the store that it reads from, and of the one that it writes to. */
interface MoveSource {
  readonly capabilities: { readonly read: { readonly stream: boolean } }
  read(key: Key, call: Call): Maybe<Found | undefined>
  stream(key: Key, call: Call): Maybe<ByteStream | undefined>
  stat(key: Key, call: Call): Maybe<Stat | undefined>
  remove(key: Key, call: Call): Maybe<Removed>
}
interface MoveTarget {
  readonly capabilities: { readonly write: { readonly stream: boolean; readonly ttl: boolean } }
  write(key: Key, value: Payload, call: Call): Maybe<Written>
  sync(prefix: Key, call: Call): Maybe<void>
}
interface Identified {
  identity(key: Key, call: Call): Maybe<string>
}

/** A key of a store, and the caller's name of it. */
interface MovePlace<Store> {
  readonly store: Store
  readonly key: Key
  /** Failures name this key. */
  readonly name: Key
  /**
   * The caller's name of another key of the store; `undefined` for a key that the caller cannot reach. Default: the
   * same.
   */
  readonly nameOf?: ((below: Key) => Key | undefined) | undefined
}

/** The maximum number of times that a value is copied if other writers keep changing it. */
const ROUNDS = 8

/** Larger values are streamed if both stores support it. */
const LARGE = 1024 * 1024

/** Moves a value from one store to another. If both places are the same, a present key stays as it is. */
export async function moveAcross(
  from: MovePlace<MoveSource & Identified>,
  to: MovePlace<MoveTarget & Identified>,
  call: Call,
): Promise<Moved> {
  const one = await withFailureKey(from, () => from.store.identity(from.key, call.bare))
  const other = await withFailureKey(to, () => to.store.identity(to.key, call.bare))
  if (one !== other) return moveBetween(from, to, call)
  const stat = await withFailureKey(from, () => from.store.stat(from.key, call.with({ fresh: true })))
  return stat === undefined ? 'absent' : 'moved'
}

/**
 * Moves a value and keeps at least one copy at all times: copies, syncs, then removes the version that was copied. The
 * identities of the two places (`OpenStore.identity`) must differ.
 * @throws DatastoreError `CONFLICT` if the value changes each time that it is copied; then both keys have a value.
 * `UNSUPPORTED` for a value with a time to live if the target does not support one.
 */
export async function moveBetween(
  from: MovePlace<MoveSource>,
  to: MovePlace<MoveTarget>,
  call: Call,
): Promise<Moved> {
  const stat = () => withFailureKey(from, () => from.store.stat(from.key, call.with({ fresh: true })))
  for (let round = 0; round < ROUNDS; round++) {
    call.throwIfAborted('rename', from.name)
    // The version that is removed in the end. It is read past caches, whose copies may be older.
    const before = await stat()
    if (before === undefined) return 'absent'
    // From the second round on, the value that is replaced is the copy that the first round wrote.
    const replace = round > 0 || call.options.replace
    const ttl = ttlOfCopy('rename', from.name, before, to.store)
    if (ttl !== undefined && ttl <= 0) return 'absent'
    const written = await copy(from, before.size, to, call.with({ replace, ttl }))
    if (written === undefined) return 'absent'
    if (written.refused !== undefined) return written.refused
    await withFailureKey(to, () => to.store.sync(to.key, call.bare))
    const removed = await withFailureKey(from, () =>
      from.store.remove(from.key, call.with({ ifMatch: before.etag })),
    )
    if (removed !== 'changed') return 'moved'
  }
  throw failure('CONFLICT', 'rename', from.name, 'the value changed each time it was copied')
}

/**
 * The time to live, in milliseconds, of a copy in another store; `undefined` if the value does not expire there.
 * @throws DatastoreError `UNSUPPORTED` if the copy would not expire.
 */
export function ttlOfCopy(
  action: string,
  key: Key,
  { expires, expiresHere = false }: Pick<Stat, 'expires' | 'expiresHere'>,
  target: { readonly capabilities: { readonly write: { readonly ttl: boolean } } },
): number | undefined {
  if (expires === undefined || expiresHere) return undefined
  if (target.capabilities.write.ttl) return expires - Date.now()
  const state = 'it has a time to live (ttl), which the target store does not support'
  throw failure('UNSUPPORTED', action, key, state)
}

/** @returns `undefined` if the source no longer has a value. */
async function copy(
  from: MovePlace<MoveSource>,
  size: number,
  to: MovePlace<MoveTarget>,
  call: Call,
): Promise<Written | undefined> {
  const fresh = call.with({ fresh: true })
  const canStream = from.store.capabilities.read.stream && to.store.capabilities.write.stream
  if (size <= LARGE || !canStream) {
    const found = await withFailureKey(from, () => from.store.read(from.key, fresh))
    return found && withFailureKey(to, () => to.store.write(to.key, Payload.kept(found.bytes), call))
  }
  const chunks = await withFailureKey(from, () => from.store.stream(from.key, fresh))
  if (chunks === undefined) return undefined
  const source = new WatchedSource(chunks)
  const payload = Payload.stream(source.chunks())
  try {
    return await withFailureKey(to, () => to.store.write(to.key, payload, call))
  } catch (error) {
    throw source.failure === undefined ? error : named(from, source.failure.error)
  } finally {
    // A target that refuses before it reads leaves the source open.
    if (!payload.isTaken) closeUnread(chunks)
  }
}

/** Runs `work` for a place. Its failure names the key as the caller does. */
async function withFailureKey<T>(place: MovePlace<unknown>, work: () => Maybe<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw named(place, error)
  }
}

function named({ key, name, nameOf = same }: MovePlace<unknown>, error: unknown): unknown {
  return inTermsOf(error, below => (below.equals(key) ? name : nameOf(below)))
}

function same(key: Key): Key {
  return key
}
