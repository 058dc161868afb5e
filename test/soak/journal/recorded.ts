import type {
  ChangeState,
  JournalEntry,
  RecordedValue,
} from '../../../src/core/adapters/journal/journal-entry.ts'
import { serialIn } from '../values.ts'
import { Violation } from '../violation.ts'

/**
 * The recorded value of a key: serial numbers of values, 0 for nothing, `undefined` for one that was too
 * large.
 */
export interface Recorded {
  readonly key: string
  readonly before: number | undefined
  readonly after: number | undefined
  readonly state: ChangeState
}

/** @throws Violation for a value that nobody put. */
export function recordedIn({ sequence, changes }: JournalEntry): readonly Recorded[] {
  return changes.map(({ key, before, after, state }) => ({
    key: key.toString(),
    before: serialOf(before, sequence),
    after: serialOf(after, sequence),
    state,
  }))
}

function serialOf(value: RecordedValue, sequence: number): number | undefined {
  if (value === 'too-large') return undefined
  if (value === 'absent') return 0
  const serial = serialIn(value)
  if (serial === undefined) throw new Violation('a record has whole values', `entry ${sequence} has none`)
  return serial
}
