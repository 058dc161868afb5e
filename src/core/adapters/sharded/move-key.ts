import { sameBytes } from '../../bytes.ts'
import { failure } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { closeUnread } from '../../open/begun.ts'
import type { Call, Options } from '../../open/call.ts'
import { ttlOfCopy } from '../../open/move-between.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { Payload } from '../../open/payload.ts'
import type { ByteStream, Written } from '../../open/store.ts'

/** Larger values go through as streams, and are read again to be compared. */
const KEPT_BYTES = 64 * 1024

/** How often a value that others keep changing is copied again. */
const ROUNDS = 8

/** One key on its way to the shard that it belongs to. */
export interface KeyMove {
  readonly key: Key
  readonly source: OpenStore
  readonly home: OpenStore
}

/** A copy that was made at home. */
export interface Copy {
  /** The version of the source that was copied. */
  readonly source: string
  readonly home: string
  readonly size: number
  /** What was copied, where it is small. */
  readonly bytes: Uint8Array | undefined
}

export interface SettleOptions {
  readonly call: Call
  /** Read each copy back and compare it before the source goes. */
  readonly verify: boolean
  /** Resolves when nobody who might look for the key at the source only is still looking. */
  readonly beforeDelete: () => Promise<void>
}

/**
 * Moves a key home with never fewer than one whole copy: copies, syncs, compares, then removes from the source the very
 * version that was compared. What is done already is not done again, so it may be called after having been stopped
 * anywhere. The caller has the turn of the key.
 * @param made A copy that was made and synced before.
 * @returns `different` when home has another value already; then both stay.
 * @throws DatastoreError `CORRUPT` when home does not keep what it was given, `CONFIG_INVALID` when both are one store.
 */
export async function settleKey(
  move: KeyMove,
  options: SettleOptions,
  made?: Copy,
): Promise<'settled' | 'different'> {
  const { key, source, home } = move
  const { call, verify, beforeDelete } = options
  const fresh = call.with({ fresh: true })
  let copy = made
  for (let round = 0; round < ROUNDS; round++) {
    const held = round === 0 && copy !== undefined ? copy.source : (await source.stat(key, fresh))?.etag
    if (held === undefined) return 'settled'
    const isFresh = copy?.source === held
    const found = isFresh && !verify ? 'same' : await compareHome(move, isFresh ? copy : undefined, call)
    if (found === 'absent' || (found === 'different' && copy !== undefined)) {
      // Home has what was copied from an older version of the source; anything else there is not ours to replace.
      const over = found === 'absent' ? { replace: false } : { ifMatch: copy?.home }
      copy = await copyHome(move, over, call)
      await home.sync(key, call.bare)
    } else if (found === 'different') {
      return 'different'
    } else if (found === 'same') {
      // A copy that was made here, where there was none before, shows that the two are apart.
      if (copy === undefined) await refuseOneStore(move, call)
      await beforeDelete()
      // Not ended with the call: a copy that is not known to be removed would be looked for again.
      const removed = await source.remove(key, call.uncancelled.with({ ifMatch: held }))
      if (removed !== 'changed') return 'settled'
    }
  }
  throw failure('CORRUPT', 'move', key, 'its copy reads back different from what was copied, or not at all')
}

/**
 * Copies a value home under the conditions of `over`. It is not synced yet.
 * @returns `undefined` when the source does not have it, or home is not as `over` wants it.
 * @throws DatastoreError `UNSUPPORTED` for a value with a time to live, where home keeps none.
 */
export async function copyHome(
  { key, source, home }: KeyMove,
  over: Partial<Options>,
  call: Call,
): Promise<Copy | undefined> {
  const fresh = call.with({ fresh: true })
  const stat = await source.stat(key, fresh)
  if (stat === undefined) return undefined
  const { size, etag } = stat
  const ttl = ttlOfCopy('move', key, stat, home)
  if (ttl !== undefined && ttl <= 0) return undefined
  const write = call.with({ ...over, ttl })
  let written: Written
  let bytes: Uint8Array | undefined
  if (size > KEPT_BYTES && source.capabilities.read.stream && home.capabilities.write.stream) {
    const chunks = await source.stream(key, fresh)
    if (chunks === undefined) return undefined
    const payload = Payload.stream(chunks)
    try {
      written = await home.write(key, payload, write)
    } finally {
      // A store that refuses before it reads leaves the stream open.
      payload.discard()
    }
  } else {
    const found = await source.read(key, fresh)
    if (found === undefined) return undefined
    written = await home.write(key, Payload.kept(found.bytes), write)
    bytes = size > KEPT_BYTES ? undefined : found.bytes
  }
  return written.refused === undefined ? { source: etag, home: written.etag, size, bytes } : undefined
}

/**
 * What home has of the value that the source has; `undefined` where the source has it no more.
 * @param copy A copy of the very version that the source has now; then only home is read, as long as it is small.
 */
export async function compareHome(
  { key, source, home }: KeyMove,
  copy: Copy | undefined,
  call: Call,
): Promise<'same' | 'different' | 'absent' | undefined> {
  const fresh = call.with({ fresh: true })
  const stat = copy?.bytes === undefined ? await home.stat(key, fresh) : undefined
  if (copy?.bytes === undefined && stat === undefined) return 'absent'
  const canStream = source.capabilities.read.stream && home.capabilities.read.stream
  if (stat !== undefined && stat.size > KEPT_BYTES && canStream) {
    const one = await source.stream(key, fresh)
    if (one === undefined) return undefined
    let other: ByteStream | undefined
    try {
      other = await home.stream(key, fresh)
    } finally {
      if (other === undefined) closeUnread(one)
    }
    return other === undefined ? 'absent' : verdict(await sameStreams(one, other))
  }
  const one = copy?.bytes ?? (await source.read(key, fresh))?.bytes
  if (one === undefined) return undefined
  const other = await home.read(key, fresh)
  return other === undefined ? 'absent' : verdict(sameBytes(one, other.bytes))
}

/**
 * Refuses to move a key from a store to itself, opened twice: to remove there what is a copy here would remove the only
 * one.
 */
async function refuseOneStore({ key, source, home }: KeyMove, call: Call): Promise<void> {
  if ((await source.identity(key, call.bare)) !== (await home.identity(key, call.bare))) return
  throw failure('CONFIG_INVALID', 'move', key, 'both shards are the same data, opened twice')
}

function verdict(isSame: boolean): 'same' | 'different' {
  return isSame ? 'same' : 'different'
}

/** Whether two streams have the same bytes, however they are cut into chunks. Holds a chunk of each. */
export async function sameStreams(a: ByteStream, b: ByteStream): Promise<boolean> {
  const other = Symbol.asyncIterator in b ? b[Symbol.asyncIterator]() : b[Symbol.iterator]()
  let left: Uint8Array = new Uint8Array()
  try {
    for await (const chunk of a) {
      for (let offset = 0; offset < chunk.length; ) {
        while (left.length === 0) {
          const next = await other.next()
          if (next.done === true) return false
          left = next.value
        }
        const length = Math.min(left.length, chunk.length - offset)
        if (!sameBytes(left.subarray(0, length), chunk.subarray(offset, offset + length))) return false
        left = left.subarray(length)
        offset += length
      }
    }
    while (left.length === 0) {
      const next = await other.next()
      if (next.done === true) return true
      left = next.value
    }
    return false
  } finally {
    await other.return?.()
  }
}
