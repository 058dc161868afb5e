import { contextOf } from '../../call-context.ts'
import type { BinaryDatastore, CallOptions } from '../../datastore.ts'
import { failure, hasCode, isRefused, reasonOf } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { heldValue, isSame, lengthToCompare } from './held-value.ts'
import type { JournalChange } from './journal-entry.ts'

/** Forward: from what was there before to what the write left. Backward: the other way. */
export type JournalDirection = 'forward' | 'backward'

/** What one key is to be given in the place of what it holds. */
export interface Step {
  readonly key: Key
  readonly from: Uint8Array | 'absent'
  readonly to: Uint8Array | 'absent'
  /** The etag of what it holds. */
  readonly etag: string | undefined
}

/**
 * What has to be done so that the changes of an entry are made, or made undone: nothing for a key where that is so
 * already. Values to be written come before keys to be deleted, so that there is always a copy of a value that moves.
 * @throws DatastoreError `UNSUPPORTED` where a value was too large to be recorded, `CONFLICT` where the key holds
 * something else than what the entry speaks of.
 */
export async function stepsFor(
  store: BinaryDatastore,
  action: string,
  changes: readonly JournalChange[],
  direction: JournalDirection,
  options: CallOptions,
): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const { key, before, after } of changes) {
    if (before === 'too-large' || after === 'too-large')
      throw failure('UNSUPPORTED', action, key, 'its value was too large to be recorded')
    const [from, to] = direction === 'forward' ? [before, after] : [after, before]
    const { value, etag } = await heldValue(store, key, lengthToCompare(from, to), contextOf(options))
    if (isSame(value, to)) continue
    if (!isSame(value, from)) throw changedMeanwhile(action, key)
    steps.push({ key, from, to, etag })
  }
  return steps.sort((one, other) => Number(one.to === 'absent') - Number(other.to === 'absent'))
}

/** @throws DatastoreError `CONFLICT` where the key holds another version than `step` begins with. */
export async function takeStep(
  store: BinaryDatastore,
  action: string,
  { key, to, etag }: Step,
  options: CallOptions,
): Promise<void> {
  const context = contextOf(options)
  try {
    if (to === 'absent') await store.delete(key, { ...context, ifMatch: etag })
    else
      await store.put(key, to, {
        ...context,
        ...(etag === undefined ? { replace: false } : { ifMatch: etag }),
      })
  } catch (error) {
    if (!isRefused(error)) throw error
    if (hasCode(error, 'CONFLICT')) throw failure('CONFLICT', action, key, reasonOf(error), error)
    throw changedMeanwhile(action, key, error)
  }
}

function changedMeanwhile(action: string, key: Key, cause?: unknown): Error {
  return failure('CONFLICT', action, key, 'the key was changed since', cause)
}
