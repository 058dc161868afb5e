import { z } from 'zod'
import { bytes, keyText, procedure, sessionId, stat } from '../values.ts'

const entry = z.number().int()

/** Something that can be undone or made again. */
const namedEntry = z.strictObject({
  entry,
  /** What was done, to follow "Undo" or "Redo": `put of /a`. */
  title: z.string(),
  /** The only key that it is about. */
  key: keyText.optional(),
})
export type NamedEntry = z.infer<typeof namedEntry>

/** What a session records of its changes. */
export const historyState = z.strictObject({
  isOn: z.boolean(),
  /** Why it is off although the user did not turn it off, or why it ends with the session. */
  reason: z.string().optional(),
  /** Whether it is there after the session closes. */
  isLasting: z.boolean(),
  bytes: z.number(),
  maxBytes: z.number(),
  /** Bytes of the largest value that is recorded. */
  maxValueBytes: z.number(),
  undo: namedEntry.optional(),
  redo: namedEntry.optional(),
})
export type HistoryState = z.infer<typeof historyState>

/** What an undo or a redo did. */
const undone = z.strictObject({
  ...namedEntry.shape,
  /** Keys that have the other value now. */
  done: z.number().int(),
  /** Keys that stay as they are, because they were changed since. */
  skipped: z.number().int(),
  examples: z.array(z.string()),
})
export type UndoneInfo = z.infer<typeof undone>

/** One state of a key. */
const version = z.strictObject({
  id: z.string(),
  /** When it was made, in milliseconds since 1970; where others made it, when it was seen. */
  time: z.number(),
  /**
   * What made it. `found`: others had made it, and a later change replaced it. `store`: the store itself keeps it, such
   * as a commit of git, regardless of its author.
   */
  source: z.enum(['put', 'delete', 'rename', 'undo', 'redo', 'found', 'store']),
  /** Of a version in the store: its short name, who made it, and why. */
  label: z.string().optional(),
  author: z.string().optional(),
  message: z.string().optional(),
  /** The part of a job: its title. */
  job: z.string().optional(),
  /** Bytes; absent where there was no value, where it was too large to be recorded, and where the store does not report it. */
  size: z.number().optional(),
  /** `recorded`: it can be viewed and restored. */
  state: z.enum(['recorded', 'absent', 'too-large']),
})
export type KeyVersion = z.infer<typeof version>

const wanted = z.strictObject({ session: sessionId, entry: entry.optional() })

export const historyProcedures = {
  'history.state': procedure(z.strictObject({ session: sessionId }), historyState),
  /** Turning it off clears it. */
  'history.setOn': procedure(z.strictObject({ session: sessionId, isOn: z.boolean() }), historyState),
  /**
   * Takes an entry back; by default the latest that was not taken back. `CONFLICT` where a key was changed since, and
   * `UNSUPPORTED` where a value was too large to be recorded: then nothing was changed.
   */
  'history.undo': procedure(wanted, undone),
  'history.redo': procedure(wanted, undone),
  /**
   * The states of a key: those that the store itself keeps, then those that are on record; each latest first, and at
   * most 500.
   */
  'history.versions': procedure(
    z.strictObject({ session: sessionId, key: keyText }),
    z.strictObject({ versions: z.array(version) }),
  ),
  /** `VALUE_INVALID` for a version that is too large to be shown. */
  'history.version': procedure(
    z.strictObject({ session: sessionId, key: keyText, id: z.string() }),
    z.strictObject({ bytes }),
  ),
  /**
   * Puts a version again, as any other put. `CONFLICT` where the key holds another version than `ifMatch`, by default
   * where it holds any.
   */
  'history.restore': procedure(
    z.strictObject({ session: sessionId, key: keyText, id: z.string(), ifMatch: z.string().optional() }),
    z.strictObject({ stat, entry: entry.optional() }),
  ),
}
