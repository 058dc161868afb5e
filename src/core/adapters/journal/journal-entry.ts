import { decode, encode } from 'cborg'
import { z } from 'zod'
import { ownCopy } from '../../bytes.ts'
import { DatastoreError } from '../../errors.ts'
import { Key } from '../../key.ts'

/** What a key held: its value, nothing, or a value larger than the journal records. */
export type RecordedValue = Uint8Array | 'absent' | 'too-large'

/**
 * The state of a change. `unknown`: another writer changed the key before the outcome could be determined. `pending`:
 * the change is in progress, or its process was killed.
 */
export type ChangeState = 'made' | 'unknown' | 'pending'

/** What a write did to one key. */
export interface JournalChange {
  readonly key: Key
  readonly before: RecordedValue
  readonly after: RecordedValue
  readonly state: ChangeState
}

/** The call that an entry records. A `job` has no changes of its own: its writes name it as their `group`. */
export type JournalAction = 'put' | 'delete' | 'rename' | 'undo' | 'redo' | 'job'

/** One write. */
export interface JournalEntry {
  /** Later writes have greater numbers. Some numbers are not used. */
  readonly sequence: number
  /** When it was called, in milliseconds since 1970. */
  readonly time: number
  readonly action: JournalAction
  /** For an `undo` or a `redo`: the entry that was undone or redone. */
  readonly of?: number | undefined
  /** The job, or the undo or redo of a job, that the write belongs to. */
  readonly group?: number | undefined
  /** The result of `JournalOptions.arrangement` when the write was made. */
  readonly arrangement?: string | undefined
  /** The note that was passed to `begin`, or later to `end`. */
  readonly note?: string | undefined
  /** Whether it has begun and not ended: it is in progress, or its process was killed. */
  readonly isPending: boolean
  /** One for each key. A rename has two, the old key first; a job has none. */
  readonly changes: readonly JournalChange[]
}

/** Which entries are read. */
export interface JournalEntriesOptions {
  /** Start after this sequence number, in the direction of reading. */
  readonly after?: number | undefined
  /** The maximum number of entries. Default: all. A `RangeError` unless it is a whole number from 0 up. */
  readonly limit?: number | undefined
  /** Latest entry first. */
  readonly reverse?: boolean | undefined
}

/** What a write is about to do to one key. */
export interface IntendedChange {
  readonly key: Key
  readonly before: RecordedValue
  readonly after: RecordedValue
  /** The etag of the value before. */
  readonly etag?: string | undefined
}

/** What is recorded before a write. */
export interface Intent {
  readonly type: 'intent'
  readonly time: number
  readonly action: JournalAction
  readonly of?: number | undefined
  readonly group?: number | undefined
  readonly arrangement?: string | undefined
  readonly note?: string | undefined
  readonly changes: readonly IntendedChange[]
}

/** The outcome of a change. */
export type Outcome = 'made' | 'not-made' | 'unknown'

/** What is recorded after a write: the outcome of each of its changes. */
export interface Mark {
  readonly type: 'mark'
  /** The number of the intent. */
  readonly of: number
  readonly outcomes: readonly Outcome[]
  /** Replaces the note of the intent. */
  readonly note?: string | undefined
}

const value = z.union([z.instanceof(Uint8Array), z.literal('absent'), z.literal('too-large')])
const record = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('intent'),
    time: z.number(),
    action: z.enum(['put', 'delete', 'rename', 'undo', 'redo', 'job']),
    of: z.int().optional(),
    group: z.int().optional(),
    arrangement: z.string().optional(),
    note: z.string().optional(),
    changes: z.array(
      z.object({
        key: z.string().transform(text => Key.parse(text)),
        before: value,
        after: value,
        etag: z.string().optional(),
      }),
    ),
  }),
  z.object({
    type: z.literal('mark'),
    of: z.int(),
    outcomes: z.array(z.enum(['made', 'not-made', 'unknown'])),
    note: z.string().optional(),
  }),
])

export function encodeIntent({ changes, ...intent }: Intent): Uint8Array {
  return encode({
    ...withoutUndefined(intent),
    changes: changes.map(({ key, etag, ...change }) => ({
      key: key.toString(),
      ...change,
      ...(etag !== undefined && { etag }),
    })),
  })
}

export function encodeMark(mark: Mark): Uint8Array {
  return encode(withoutUndefined(mark))
}

function withoutUndefined(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, field]) => field !== undefined))
}

/** @throws DatastoreError `CORRUPT` for bytes that are not a record of a journal. */
export function decodeRecord(number: number, bytes: Uint8Array): Intent | Mark {
  try {
    const found = record.parse(decode(bytes))
    if (found.type === 'mark') return found
    const changes = found.changes.map(change => ({
      ...change,
      before: ownCopy(change.before),
      after: ownCopy(change.after),
    }))
    return { ...found, changes }
  } catch (cause) {
    throw new DatastoreError(
      'CORRUPT',
      `Cannot read record ${number} of the journal: it is of no known form`,
      {
        cause,
      },
    )
  }
}
