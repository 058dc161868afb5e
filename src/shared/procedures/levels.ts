import { z } from 'zod'
import { accuracy, done, keyText, MAX_PAGE, procedure, sessionId } from '../values.ts'
import { row } from './store.ts'

const hidden = z.strictObject({
  count: z.number().int(),
  /** The first few. */
  examples: z
    .array(z.strictObject({ name: z.string(), reason: z.enum(['link', 'name', 'special']) }))
    .readonly(),
})
export type Hidden = z.infer<typeof hidden>

const level = { session: sessionId, prefix: keyText }

export const levelState = z.strictObject({
  /** Children of the level as far as they are known. */
  count: z.number().int().nonnegative(),
  /** `lower-bound` while the host is still listing the level. */
  accuracy,
  /** Grows whenever rows that were handed out may have changed. */
  version: z.number().int(),
  /** What is in the level and is no key; absent where there is nothing. */
  hidden: hidden.optional(),
})
export type LevelState = z.infer<typeof levelState>

/** A level by row number: what a tree window needs. The host lists the level once, in the background. */
export const levelProcedures = {
  /** Rows `offset` to `offset + limit` of the level, as many as there are. Waits for rows not yet listed. */
  'levels.rows': procedure(
    z.strictObject({
      ...level,
      offset: z.number().int().nonnegative(),
      limit: z.number().int().min(1).max(MAX_PAGE),
      /** Learn the sizes of these rows, too, where listing a level does not tell them. Costs time by the row. */
      withSizes: z.boolean().optional(),
    }),
    z.strictObject({ rows: z.array(row), ...levelState.shape }),
  ),
  /** The row of `name`, or where it would stand: the first row that is not before it. */
  'levels.find': procedure(
    z.strictObject({ ...level, name: z.string() }),
    z.strictObject({ index: z.number().int(), isPresent: z.boolean(), ...levelState.shape }),
  ),
  /** Forgets what was listed; the next call lists anew. With `prefix` `/` and `deep`, the whole session. */
  'levels.refresh': procedure(z.strictObject({ ...level, deep: z.boolean().optional() }), done),
}
