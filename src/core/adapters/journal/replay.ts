import type { BinaryDatastore, CallOptions } from '../../datastore.ts'
import { failure, isRefused, reasonOf } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { Call } from '../../open/call.ts'
import { openStoreOf } from '../../open/datastore.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { Payload } from '../../open/payload.ts'
import { refusedOf } from '../../open/refusals.ts'
import type { Removed, Written } from '../../open/store.ts'
import { EntryLog } from './entry-log.ts'
import { heldValue, isSame, lengthToCompare } from './held-value.ts'
import type { JournalChange } from './journal-entry.ts'
import type { JournalLog } from './journal-log.ts'

/** Forward: from the state before a write to the state after it. Backward: the reverse. */
export type JournalDirection = 'forward' | 'backward'

/** Which entries are replayed, and in which direction. */
export interface ReplayOptions extends CallOptions {
  /** The number of the first entry, inclusive. Default: the oldest on record. */
  readonly from?: number | undefined
  /** The number of the last entry, inclusive. Default: the latest. */
  readonly to?: number | undefined
  /** `forward` (default): makes the writes again, oldest first. `backward`: undoes them, latest first. */
  readonly direction?: JournalDirection | undefined
}

/**
 * Makes the recorded writes of a log in another store, or undoes them. Each key must be in the state that the entry
 * starts from, or already in the state that it leads to.
 * @returns The number of entries.
 * @throws DatastoreError `CONFLICT` if a key is in another state, or if it is unknown whether a write was made;
 * `UNSUPPORTED` if a value was too large to be recorded. The entries before that one are done.
 */
export async function replay(
  log: JournalLog,
  store: BinaryDatastore,
  options: ReplayOptions = {},
): Promise<number> {
  const { from = 0, to = Number.MAX_SAFE_INTEGER, direction = 'forward', signal, span } = options
  const call = Call.from({ signal, span })
  const open = openStoreOf(store)
  const entries = await EntryLog.open(log)
  const isForward = direction === 'forward'
  let count = 0
  for await (const { sequence, changes } of entries.read({
    after: isForward ? from - 1 : to + 1,
    reverse: !isForward,
  })) {
    if (isForward ? sequence > to : sequence < from) break
    const action = `replay entry ${sequence} for`
    for (const { key, state } of changes) {
      if (state !== 'made') throw failure('CONFLICT', action, key, 'it is not known whether it was written')
    }
    const steps = await stepsFor(open, action, changes, direction, call)
    for (const step of steps) await takeStep(open, action, step, call)
    count++
  }
  return count
}

/** The change of one key. */
interface Step {
  readonly key: Key
  readonly from: Uint8Array | 'absent'
  readonly to: Uint8Array | 'absent'
  /** The etag of its present value. */
  readonly etag: string | undefined
}

/**
 * The steps that make or undo the changes of an entry: none for a key that is already in the right state. Values are
 * written before keys are deleted, so that there is always a copy of a value that moves.
 * @throws DatastoreError `UNSUPPORTED` if a value was too large to be recorded, `CONFLICT` if the key is in another
 * state than the entry says.
 */
export async function stepsFor(
  store: OpenStore,
  action: string,
  changes: readonly JournalChange[],
  direction: JournalDirection,
  call: Call,
): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const { key, before, after } of changes) {
    if (before === 'too-large' || after === 'too-large')
      throw failure('UNSUPPORTED', action, key, 'its value was too large to be recorded')
    const [from, to] = direction === 'forward' ? [before, after] : [after, before]
    const { value, etag } = await heldValue(store, key, lengthToCompare(from, to), call)
    if (isSame(value, to)) continue
    if (!isSame(value, from)) throw changedMeanwhile(action, key)
    steps.push({ key, from, to, etag })
  }
  return steps.sort((one, other) => Number(one.to === 'absent') - Number(other.to === 'absent'))
}

/** @throws DatastoreError `CONFLICT` if the key has another version than `step` begins with. */
export async function takeStep(
  store: OpenStore,
  action: string,
  { key, to, etag }: Step,
  call: Call,
): Promise<void> {
  let answer: Removed | Written
  try {
    if (to === 'absent') answer = await store.remove(key, call.with({ ifMatch: etag }))
    else {
      const bound = etag === undefined ? { replace: false } : { ifMatch: etag }
      answer = await store.write(key, Payload.kept(to), call.with(bound))
    }
  } catch (error) {
    if (isRefused(error)) throw failure('CONFLICT', action, key, reasonOf(error), error)
    throw error
  }
  if (refusedOf(answer) !== undefined) throw changedMeanwhile(action, key)
}

function changedMeanwhile(action: string, key: Key): Error {
  return failure('CONFLICT', action, key, 'the key was changed since')
}
