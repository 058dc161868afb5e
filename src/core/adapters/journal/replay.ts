import type { BinaryDatastore, CallOptions } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import { EntryLog } from './entry-log.ts'
import type { JournalLog } from './journal-log.ts'
import { type JournalDirection, stepsFor, takeStep } from './steps.ts'

/** Which entries are replayed, and which way. */
export interface ReplayOptions extends CallOptions {
  /** The first entry by number, itself included. Default: the oldest on record. */
  readonly from?: number | undefined
  /** The last entry by number, itself included. Default: the latest. */
  readonly to?: number | undefined
  /** `forward` (default): makes the writes again, oldest first. `backward`: takes them back, latest first. */
  readonly direction?: JournalDirection | undefined
}

/**
 * Makes the recorded writes of a log in another store, or takes them back, and gives how many entries that were. Each
 * key has to hold what the entry says, or already what it comes to.
 * @throws DatastoreError `CONFLICT` where it does not, or where nothing says whether a write was made; `UNSUPPORTED`
 * where a value was too large to be recorded. The entries before that one are done.
 */
export async function replay(
  log: JournalLog,
  store: BinaryDatastore,
  options: ReplayOptions = {},
): Promise<number> {
  const { from = 0, to = Number.MAX_SAFE_INTEGER, direction = 'forward' } = options
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
    const steps = await stepsFor(store, action, changes, direction, options)
    for (const step of steps) await takeStep(store, action, step, options)
    count++
  }
  return count
}
