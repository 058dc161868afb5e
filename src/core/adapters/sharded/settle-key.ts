import { contextOf, spanOf } from '../../call-context.ts'
import type { CallOptions } from '../../datastore.ts'
import { failure, hasCode, isNotFound } from '../../errors.ts'
import { areSameData, type Copy, compareHome, copyHome, type KeyMove, statIfAny } from './key-move.ts'

export interface SettleOptions extends CallOptions {
  /** Read each copy back and compare it before the source goes. */
  readonly verify: boolean
  /** Resolves when nobody who might look for the key at the source only is still looking. */
  readonly beforeDelete: () => Promise<void>
}

/** How often a value that others keep changing is copied again. */
const ROUNDS = 8

/**
 * Moves a key home with never fewer than one whole copy: copies, syncs, compares, then deletes at the source the very
 * version that was compared. Whatever is done already is not done again, so it may be called after having been stopped
 * anywhere. The caller sees to it that nobody else who goes through the same store touches the key.
 * @param made A copy that was made and synced before.
 * @returns `different` when home has another value already; then both stay.
 * @throws DatastoreError `CORRUPT` when home does not keep what it was given, `CONFIG_INVALID` when both are one store.
 */
export async function settleKey<V>(
  move: KeyMove<V>,
  options: SettleOptions,
  made?: Copy<V>,
): Promise<'settled' | 'different'> {
  const { key, source, home } = move
  const context = contextOf(options)
  let copy = made
  for (let round = 0; round < ROUNDS; round++) {
    const held =
      round === 0 && copy !== undefined ? copy.source : (await statIfAny(source, key, context))?.etag
    if (held === undefined) return 'settled'
    const isFresh = copy?.source === held
    const found =
      isFresh && !options.verify ? 'same' : await compare(move, isFresh ? copy : undefined, options)
    if (found === 'absent' || (found === 'different' && copy !== undefined)) {
      // Home has what was copied from an older version of the source; anything else there is not ours to replace.
      copy = await copyHome(
        move,
        found === 'absent' ? { replace: false } : { ifMatch: copy?.home.etag },
        context,
      )
      await home.sync(key, context)
    } else if (found === 'different') {
      return 'different'
    } else if (found === 'same') {
      if (copy === undefined && (await areSameData(move, held, spanOf(options)))) throw oneStore(move)
      await options.beforeDelete()
      if (await deleted(move, held, spanOf(options))) return 'settled'
    }
  }
  throw failure('CORRUPT', 'move', key, 'its copy reads back different from what was copied, or not at all')
}

/** @returns Nothing when the source lost the key meanwhile. */
async function compare<V>(
  move: KeyMove<V>,
  copy: Copy<V> | undefined,
  options: CallOptions,
): Promise<'same' | 'different' | 'absent' | undefined> {
  try {
    return await compareHome(move, copy, options)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** @returns False when the source has another version by now. */
async function deleted<V>({ key, source }: KeyMove<V>, etag: string, context: CallOptions): Promise<boolean> {
  try {
    await source.delete(key, { ...context, ifMatch: etag, missingOk: true })
    return true
  } catch (error) {
    if (hasCode(error, 'CONFLICT')) return false
    throw error
  }
}

function oneStore<V>({ key }: KeyMove<V>): Error {
  return failure('CONFIG_INVALID', 'move', key, 'both shards are the same data, opened twice')
}
