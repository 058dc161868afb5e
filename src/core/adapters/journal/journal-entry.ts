import type { Key } from '../../key.ts'

/** What a key held: its value, nothing, or a value larger than the journal records. */
export type RecordedValue = Uint8Array | 'absent' | 'too-large'

/**
 * What is known of a change: it was made, nothing says whether it was (others changed the key before that could be
 * found out), or it is being made.
 */
export type ChangeState = 'made' | 'unknown' | 'pending'

/** What a write did to one key. */
export interface JournalChange {
  readonly key: Key
  readonly before: RecordedValue
  readonly after: RecordedValue
  readonly state: ChangeState
}

/** Which call an entry is about. */
export type JournalAction = 'put' | 'delete' | 'rename' | 'undo' | 'redo'

/** One write. */
export interface JournalEntry {
  /** Later writes have greater numbers; some numbers are left out. */
  readonly sequence: number
  /** When it was called, in milliseconds since 1970. */
  readonly time: number
  readonly action: JournalAction
  /** The entry that an `undo` or a `redo` was of. */
  readonly of?: number | undefined
  /** One for each key; a rename has two, the old key first. */
  readonly changes: readonly JournalChange[]
}

/** Which entries are read. */
export interface JournalEntriesOptions {
  /** Start strictly past this sequence number, in the direction of reading. */
  readonly after?: number | undefined
  /** The most entries; default all. A `RangeError` where it is no whole number from 0 up. */
  readonly limit?: number | undefined
  /** Latest entry first. */
  readonly reverse?: boolean | undefined
}
