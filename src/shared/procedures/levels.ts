import { z } from 'zod'
import { accuracy, done, keyText, MAX_PAGE, procedure, sessionId } from '../values.ts'
import { row } from './store.ts'

const hidden = z.strictObject({
  count: z.number().int(),
  /** The first few of them. */
  examples: z
    .array(z.strictObject({ name: z.string(), reason: z.enum(['link', 'name', 'special']) }))
    .readonly(),
})
export type Hidden = z.infer<typeof hidden>

const level = { session: sessionId, prefix: keyText }

export const levelState = z.strictObject({
  /** Children of the level, as far as known. */
  count: z.number().int().nonnegative(),
  /** `lower-bound` while the host is still listing the level. */
  accuracy,
  /** Grows whenever rows that were returned may have changed. */
  version: z.number().int(),
  /** Entries of the level that have no key; absent if there are none. */
  hidden: hidden.optional(),
})
export type LevelState = z.infer<typeof levelState>

/** A level by row number: what a tree window needs. The host lists the level once, in the background. */
export const levelProcedures = {
  /** Rows `offset` to `offset + limit` of the level, as far as they exist. Waits for rows that are not listed yet. */
  'levels.rows': procedure(
    z.strictObject({
      ...level,
      offset: z.number().int().nonnegative(),
      limit: z.number().int().min(1).max(MAX_PAGE),
      /** Read the sizes of these rows too, if listing a level does not report them. Costs time for each row. */
      withSizes: z.boolean().optional(),
    }),
    z.strictObject({ rows: z.array(row), ...levelState.shape }),
  ),
  /** The row of `name`, or where it would be: the first row that does not sort before it. */
  'levels.find': procedure(
    z.strictObject({ ...level, name: z.string() }),
    z.strictObject({ index: z.number().int(), isPresent: z.boolean(), ...levelState.shape }),
  ),
  /**
   * Drops the listing, so that the next call lists the level again. With `prefix` `/` and `deep`, the whole session.
   */
  'levels.refresh': procedure(z.strictObject({ ...level, deep: z.boolean().optional() }), done),
}
