import { z } from 'zod'
import {
  accuracy,
  byteOffset,
  bytes,
  callBytes,
  done,
  keyText,
  MAX_PAGE,
  procedure,
  sessionId,
  stat,
} from '../values.ts'
import { jobInfo } from './jobs.ts'

const at = { session: sessionId, key: keyText }

export const row = z.strictObject({
  name: z.string(),
  isValue: z.boolean(),
  isBranch: z.boolean(),
  /** Bytes of the value, where listing reports them at no extra cost. */
  size: z.number().optional(),
})
export type Row = z.infer<typeof row>

/** The entry of the history by which a write can be taken back, where there is one. */
const entry = z.number().int().optional()
const recorded = done.extend({ entry })

const writeRules = {
  create: z.boolean().optional(),
  replace: z.boolean().optional(),
  ifMatch: z.string().optional(),
  /** Whether the value keeps the expiry time of the one that it replaces, if the session supports times to live. */
  keepExpiry: z.boolean().optional(),
}

export const storeProcedures = {
  'store.list': procedure(
    z.strictObject({
      session: sessionId,
      prefix: keyText,
      after: z.string().optional(),
      limit: z.number().int().min(1).max(MAX_PAGE).optional(),
      reverse: z.boolean().optional(),
    }),
    z.strictObject({ rows: z.array(row), cursor: z.string().optional(), total: z.number().optional() }),
  ),
  /** The bytes from `start` to `end` (exclusive), at most 16 MiB of them, and the stat of their version. */
  'store.get': procedure(
    z.strictObject({ ...at, start: byteOffset.optional(), end: byteOffset.optional() }),
    z.strictObject({ bytes, stat }),
  ),
  'store.put': procedure(
    z.strictObject({ ...at, bytes: callBytes, ...writeRules }),
    z.strictObject({ stat, entry }),
  ),
  'store.delete': procedure(
    z.strictObject({ ...at, missingOk: z.boolean().optional(), ifMatch: z.string().optional() }),
    recorded,
  ),
  'store.rename': procedure(
    z.strictObject({ session: sessionId, from: keyText, to: keyText, replace: z.boolean().optional() }),
    recorded,
  ),
  'store.has': procedure(z.strictObject(at), z.strictObject({ exists: z.boolean() })),
  'store.stat': procedure(z.strictObject(at), stat),
  'store.stats': procedure(
    z.strictObject({ session: sessionId }),
    z.strictObject({ entries: z.number().optional(), bytes: z.number().optional(), accuracy }),
  ),
}

export const streamProcedures = {
  /** Begins a pulled read: nothing is read before `streams.next`. */
  'streams.open': procedure(
    z.strictObject({ ...at, start: byteOffset.optional(), end: byteOffset.optional() }),
    z.strictObject({ stream: z.string(), stat }),
  ),
  'streams.next': procedure(
    z.strictObject({
      stream: z.string(),
      maxBytes: z
        .number()
        .int()
        .min(1)
        .max(16 * 1024 * 1024)
        .optional(),
    }),
    z.strictObject({ bytes, isLast: z.boolean() }),
  ),
  'streams.close': procedure(z.strictObject({ stream: z.string() }), done),
}

export const fileProcedures = {
  /** Begins a job that puts files below `prefix`; it is one entry of the history. Close it once all are put. */
  'files.open': procedure(
    z.strictObject({ session: sessionId, prefix: keyText, files: z.number().int().nonnegative() }),
    z.strictObject({ drop: z.string(), job: z.string() }),
  ),
  /** Puts one file. `CLOSED` once the job was cancelled. A large one goes by `uploads.open`. */
  'files.put': procedure(
    z.strictObject({ drop: z.string(), key: keyText, bytes: callBytes, ...writeRules }),
    z.strictObject({ stat }),
  ),
  'files.close': procedure(z.strictObject({ drop: z.string() }), jobInfo),
}

export const uploadProcedures = {
  /** Begins a write in chunks: nothing is visible before `uploads.commit`. */
  'uploads.open': procedure(
    z.strictObject({
      ...at,
      ...writeRules,
      /** What `files.open` answered, for a file of it. */
      drop: z.string().optional(),
    }),
    z.strictObject({ upload: z.string() }),
  ),
  /** Resolves when the store has accepted the chunk. Await it before sending the next one. */
  'uploads.write': procedure(z.strictObject({ upload: z.string(), bytes: callBytes }), done),
  'uploads.commit': procedure(z.strictObject({ upload: z.string() }), z.strictObject({ stat, entry })),
  'uploads.abort': procedure(z.strictObject({ upload: z.string() }), done),
}
