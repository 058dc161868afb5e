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

const at = { session: sessionId, key: keyText }

export const row = z.strictObject({
  name: z.string(),
  isValue: z.boolean(),
  isBranch: z.boolean(),
  /** Bytes of the value, where listing learns it for nothing. */
  size: z.number().optional(),
})
export type Row = z.infer<typeof row>

const writeRules = {
  create: z.boolean().optional(),
  replace: z.boolean().optional(),
  ifMatch: z.string().optional(),
  /** The value expires when the one that it replaces would have, where the session keeps times to live. */
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
  /** The bytes from `start` to `end` (exclusive), at most 16 MiB of them, and the stat of the version they are of. */
  'store.get': procedure(
    z.strictObject({ ...at, start: byteOffset.optional(), end: byteOffset.optional() }),
    z.strictObject({ bytes, stat }),
  ),
  'store.put': procedure(
    z.strictObject({ ...at, bytes: callBytes, ...writeRules }),
    z.strictObject({ stat }),
  ),
  'store.delete': procedure(
    z.strictObject({ ...at, missingOk: z.boolean().optional(), ifMatch: z.string().optional() }),
    done,
  ),
  'store.rename': procedure(
    z.strictObject({ session: sessionId, from: keyText, to: keyText, replace: z.boolean().optional() }),
    done,
  ),
  'store.has': procedure(z.strictObject(at), z.strictObject({ exists: z.boolean() })),
  'store.stat': procedure(z.strictObject(at), stat),
  'store.stats': procedure(
    z.strictObject({ session: sessionId }),
    z.strictObject({ entries: z.number().optional(), bytes: z.number().optional(), accuracy }),
  ),
}

export const streamProcedures = {
  /** Begins a pulled read: nothing is read ahead of `streams.next`. */
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

export const uploadProcedures = {
  /** Begins a write in pieces; nothing is visible before `uploads.commit`. */
  'uploads.open': procedure(z.strictObject({ ...at, ...writeRules }), z.strictObject({ upload: z.string() })),
  /** Resolves when the store has taken the piece: wait for it before the next one. */
  'uploads.write': procedure(z.strictObject({ upload: z.string(), bytes: callBytes }), done),
  'uploads.commit': procedure(z.strictObject({ upload: z.string() }), z.strictObject({ stat })),
  'uploads.abort': procedure(z.strictObject({ upload: z.string() }), done),
}
