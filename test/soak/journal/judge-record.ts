import type { JournalEntry } from '../../../src/core/adapters/journal/journal-entry.ts'
import type { PossibleState } from '../model/possible-state.ts'
import type { Settled } from '../model/settled.ts'
import { type Recorded, recordedIn } from './recorded.ts'

/** The possible values of a key; `undefined` for any. */
type Known = ReadonlySet<number> | undefined

/**
 * Follows each key through the record: every change starts where the previous one ended, and the last one
 * ends with the current value.
 * @param start The values of the keys when the record started; `undefined` if its beginning was discarded.
 */
export function judgeRecord(
  entries: readonly JournalEntry[],
  start: Settled | undefined,
  state: PossibleState,
): void {
  const held = new Map<string, Known>()
  for (const entry of entries) {
    for (const change of recordedIn(entry)) {
      const name = state.nameOf(change.key)
      const known = held.has(name) ? held.get(name) : start && new Set([start.get(name) ?? 0])
      const { before } = change
      state.ledger.hold(
        'a record continues where the last one ended',
        known === undefined || before === undefined || known.has(before),
        () =>
          `entry ${entry.sequence} found ${before} at ${change.key} after ${[...(known ?? [])].join(' or ')}`,
      )
      held.set(name, left(change))
    }
  }
  for (const [name, known] of held) {
    if (known !== undefined)
      state.narrow(
        'the record ends with the current values',
        name,
        serial => known.has(serial),
        onRecord(known),
      )
  }
  if (start === undefined) return
  for (const name of new Set([...start.keys(), ...state.keys])) {
    if (!held.has(name))
      state.narrow(
        'every change is recorded',
        name,
        serial => serial === (start.get(name) ?? 0),
        'has no change on record',
      )
  }
}

/** The result of a change, which was certainly applied or not. */
function left({ before, after, state }: Recorded): Known {
  if (after === undefined) return undefined
  if (state === 'made') return new Set([after])
  return before === undefined ? undefined : new Set([before, after])
}

function onRecord(known: ReadonlySet<number>): string {
  return `is ${[...known].join(' or ')} on record`
}
