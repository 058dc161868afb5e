import { contextOf } from '../call-context.ts'
import { passesStreams } from '../capabilities.ts'
import type { CallOptions, Datastore, PutResult, RenameOptions, ValueSource } from '../datastore.ts'
import { failure, hasCode, inTermsOf, throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'
import { seeTheSame } from './see-the-same.ts'
import { WatchedSource } from './watched-source.ts'

/** Where a value is, or shall be. */
export interface Place<V> {
  readonly store: Datastore<V>
  readonly key: Key
  /** What the caller calls the key, where that is something else. */
  readonly name?: Key | undefined
  /** What the caller calls another key of that store; `undefined` for one that the caller cannot reach. */
  readonly restore?: ((key: Key) => Key | undefined) | undefined
}

/** How often a value that others keep changing is copied again. */
const ROUNDS = 8

/**
 * Moves a value between stores with never fewer than one copy: copies, syncs, then deletes what was copied. A failure
 * names the key that it is about as the caller calls it.
 * @throws DatastoreError `CONFLICT` when the value is changed each time that it is copied; then both keys have one.
 */
export async function moveValue<V>(from: Place<V>, to: Place<V>, options: RenameOptions): Promise<void> {
  const { replace, signal } = options
  const context = contextOf(options)
  for (let round = 0; round < ROUNDS; round++) {
    throwIfAborted(signal, 'rename', from.name ?? from.key)
    const { etag } = await told(from, from.store.stat(from.key, context))
    // A second round replaces only what the first one wrote.
    const copied = await copy(from, to, { ...context, replace: round === 0 ? replace : true })
    if (copied.etag === etag && (await areOneValue(from, to, context))) break
    await told(to, to.store.sync(to.key, context))
    try {
      await told(from, from.store.delete(from.key, { ...context, ifMatch: etag }))
      return
    } catch (error) {
      // The value was changed while it was being copied: copy it again.
      if (!hasCode(error, 'CONFLICT')) throw error
    }
  }
  const state = 'it is changed whenever it is copied, or both keys are one value'
  throw failure('CONFLICT', 'rename', from.name ?? from.key, state)
}

/** Two stores may number their versions alike, make their etags of the bytes, or look at one and the same value. */
async function areOneValue<V>(from: Place<V>, to: Place<V>, context: CallOptions): Promise<boolean> {
  const isBinary = from.store.capabilities.objects !== true
  const value = isBinary ? new Uint8Array() : await told(from, from.store.get(from.key, context))
  return told(to, seeTheSame(from, to, value as ValueSource<V>, context))
}

/** Copies the version that writes are judged by: a copy that a cache has may be older than what is to be deleted. */
async function copy<V>(
  from: Place<V>,
  to: Place<V>,
  options: CallOptions & Pick<RenameOptions, 'replace'>,
): Promise<PutResult> {
  const fresh = { ...contextOf(options), fresh: true }
  if (!passesStreams(from.store.capabilities)) {
    const value = await told(from, from.store.get(from.key, fresh))
    return told(to, to.store.put(to.key, value as ValueSource<V>, options))
  }
  const source = new WatchedSource(from.store.getStream(from.key, fresh))
  try {
    return await told(to, to.store.put(to.key, source.chunks() as unknown as ValueSource<V>, options))
  } catch (error) {
    throw source.failure === undefined ? error : inNameOf(from, source.failure.error)
  }
}

function told<V, T>(place: Place<V>, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw inNameOf(place, error)
  })
}

function inNameOf<V>({ key, name = key, restore = same }: Place<V>, error: unknown): unknown {
  return inTermsOf(error, below => (below.equals(key) ? name : restore(below)))
}

function same(key: Key): Key {
  return key
}
