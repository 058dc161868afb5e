import { sameBytes } from '../../bytes.ts'
import { failure } from '../../errors.ts'
import type { Key } from '../../key.ts'
import type { Call, Options } from '../../open/call.ts'
import { ttlOfCopy } from '../../open/move-between.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { Payload } from '../../open/payload.ts'
import { closeUnread } from '../../open/started-stream.ts'
import type { ByteStream, Written } from '../../open/store.ts'

/** Larger values are streamed, and read again for comparison. */
const KEPT_BYTES = 64 * 1024

/** How often a value that other writers keep changing is copied again. */
const ROUNDS = 8

/** One key that is being moved to the shard where it belongs. */
export interface KeyMove {
  readonly key: Key
  readonly source: OpenStore
  readonly home: OpenStore
}

/** A copy at home. */
export interface Copy {
  /** The version of the source that was copied. */
  readonly source: string
  readonly home: string
  readonly size: number
  /** The copied bytes, if there are few. */
  readonly bytes: Uint8Array | undefined
}

export interface SettleOptions {
  readonly call: Call
  /** Read each copy back and compare it before the source is removed. */
  readonly verify: boolean
  /** Resolves once no running call still looks for the key only at the source. */
  readonly beforeDelete: () => Promise<void>
}

/**
 * Moves a key home and keeps at least one whole copy at all times: copies, syncs, compares, then removes from the
 * source exactly the version that was compared. Steps that are already done are not repeated, so it can be called again
 * after an interruption at any point. The caller holds the turn of the key.
 * @param made A copy that was made and synced before.
 * @returns `different` if home already has another value; then both stay.
 * @throws DatastoreError `CORRUPT` if home does not return what was written, `CONFIG_INVALID` if both are one store.
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
      // Home has a copy of an older version of the source. Anything else there must not be replaced.
      const over = found === 'absent' ? { replace: false } : { ifMatch: copy?.home }
      copy = await copyHome(move, over, call)
      await home.sync(key, call.bare)
    } else if (found === 'different') {
      return 'different'
    } else if (found === 'same') {
      // A copy that was made here, where there was none before, proves that the two are different stores.
      if (copy === undefined) await refuseOneStore(move, call)
      await beforeDelete()
      // Not aborted with the call: if it is unknown whether a copy was removed, reads would have to look for it again.
      const removed = await source.remove(key, call.uncancelled.with({ ifMatch: held }))
      if (removed !== 'changed') return 'settled'
    }
  }
  throw failure('CORRUPT', 'move', key, 'its copy reads back different from what was copied, or not at all')
}

/**
 * Copies a value home under the conditions of `over`. The copy is not synced yet.
 * @returns `undefined` if the source does not have the value, or home does not meet the conditions.
 * @throws DatastoreError `UNSUPPORTED` for a value with a time to live, if home does not support one.
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
 * What home has of the value in the source; `undefined` if the source no longer has it.
 * @param copy A copy of exactly the version that the source has now; then only home is read, if the value is small.
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

/** Refuses to move a key from a store to itself, opened twice: removing the source would remove the only copy. */
async function refuseOneStore({ key, source, home }: KeyMove, call: Call): Promise<void> {
  if ((await source.identity(key, call.bare)) !== (await home.identity(key, call.bare))) return
  throw failure('CONFIG_INVALID', 'move', key, 'both shards are the same data, opened twice')
}

function verdict(isSame: boolean): 'same' | 'different' {
  return isSame ? 'same' : 'different'
}

/** Whether two streams have the same bytes, regardless of chunk boundaries. Holds one chunk of each in memory. */
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
