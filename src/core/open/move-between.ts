import type { Stat } from '../datastore.ts'
import { failure } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from './call.ts'
import { Payload } from './payload.ts'
import type { ByteStream, Found, Moved, Removed, Written } from './store.ts'

/** What a move takes of the store that it reads from, and of the one that it writes to. */
interface MoveSource {
  readonly capabilities: { readonly read: { readonly stream: boolean } }
  read(key: Key, call: Call): Maybe<Found | undefined>
  stream(key: Key, call: Call): Maybe<ByteStream | undefined>
  stat(key: Key, call: Call): Maybe<Stat | undefined>
  remove(key: Key, call: Call): Maybe<Removed>
}
interface MoveTarget {
  readonly capabilities: { readonly write: { readonly stream: boolean } }
  write(key: Key, value: Payload, call: Call): Maybe<Written>
  sync(prefix: Key, call: Call): Maybe<void>
}

/** How often a value that others keep changing is copied again. */
const ROUNDS = 8

/** Larger values pass as streams where both stores can. */
const LARGE = 1024 * 1024

/**
 * Moves a value with never fewer than one copy: copies, syncs, then removes the version that was copied. The two places
 * must not be one: `OpenStore.identity` tells.
 * @param name What the caller calls `from`, for failures.
 * @throws DatastoreError `CONFLICT` when the value is changed each time that it is copied; then both keys have one.
 */
export async function moveBetween(
  source: MoveSource,
  from: Key,
  target: MoveTarget,
  to: Key,
  call: Call,
  name: Key = from,
): Promise<Moved> {
  for (let round = 0; round < ROUNDS; round++) {
    call.throwIfAborted('rename', name)
    // The version that writes are judged by: a copy in a cache may be older than what is to be removed.
    const before = await source.stat(from, call.with({ fresh: true }))
    if (before === undefined) return 'absent'
    // A second round replaces only what the first one wrote.
    const replace = round > 0 || call.options.replace
    const written = await copy(source, from, before.size, target, to, call.with({ replace }))
    if (written === undefined) return 'absent'
    if (written.refused !== undefined) return written.refused
    await target.sync(to, call.bare)
    const removed = await source.remove(from, call.with({ ifMatch: before.etag }))
    if (removed !== 'changed') return 'moved'
  }
  throw failure('CONFLICT', 'rename', name, 'the value is changed each time that it is copied')
}

/** @returns `undefined` where the source has no value any more. */
async function copy(
  source: MoveSource,
  from: Key,
  size: number,
  target: MoveTarget,
  to: Key,
  call: Call,
): Promise<Written | undefined> {
  const fresh = call.with({ fresh: true })
  if (size > LARGE && source.capabilities.read.stream && target.capabilities.write.stream) {
    const chunks = await source.stream(from, fresh)
    return chunks === undefined ? undefined : target.write(to, Payload.stream(chunks), call)
  }
  const found = await source.read(from, fresh)
  return found === undefined ? undefined : target.write(to, Payload.kept(found.bytes), call)
}
