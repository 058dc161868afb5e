import { z } from 'zod'
import { keyText, procedure, sessionId } from '../values.ts'

/** What a value seems to be, by its first bytes, or where these are not read by the name of its key. */
export const valueKind = z.enum([
  'json',
  'text',
  'image',
  'cbor',
  'msgpack',
  'packed',
  'bytes',
  'empty',
  'unknown',
])
export type ValueKind = z.infer<typeof valueKind>

const branch = z.strictObject({
  key: keyText,
  keys: z.number().int(),
  /** Bytes of its values; absent if none of them was examined. */
  bytes: z.number().optional(),
})

/** What a store holds, as far as it is known. */
export const overview = z.strictObject({
  /** Grows with each report. */
  version: z.number().int(),
  /** `counting` the keys, then `measuring` the values, then `done`. Later rounds are not reported. */
  state: z.enum(['counting', 'measuring', 'done']),
  keys: z.number().int(),
  /** Whether `keys` are all that there are. */
  isCounted: z.boolean(),
  /** Bytes of all values; absent until one was examined. */
  bytes: z.number().optional(),
  /** Whether `bytes` are counted; otherwise they are computed from the values that were examined. */
  areBytesExact: z.boolean(),
  /** The level whose branches are listed: `/`, or the only branch of a store that has one. */
  level: keyText,
  /** The branches with the most keys and those with the most bytes. */
  branches: z.array(branch),
  /** How many other branches the level has. */
  otherBranches: z.number().int(),
  /** Values on the level itself that are not branches. */
  looseKeys: z.number().int(),
  kinds: z.array(z.strictObject({ kind: valueKind, keys: z.number().int() })),
  /** Whether the kinds come from the values; otherwise from the names of their keys. */
  areKindsRead: z.boolean(),
  /** The values that were changed last, the last one first. */
  changed: z.array(z.strictObject({ key: keyText, mtime: z.number(), size: z.number() })),
  /** Whether the store keeps times of changes; absent until a value was examined. */
  hasTimes: z.boolean().optional(),
  /** The number of values whose size and time were read. */
  measured: z.number().int(),
  /** The number of values whose kind was determined. */
  typed: z.number().int(),
})
export type Overview = z.infer<typeof overview>

export const overviewProcedures = {
  /**
   * What the store of a session holds, as soon as that is another than `version`. It is found out while pages ask for
   * it, and kept up to date with the changes that the session receives. Fails as the store fails; the next call tries
   * again.
   */
  'overview.next': procedure(
    z.strictObject({ session: sessionId, version: z.number().int().optional() }),
    overview,
  ),
}
