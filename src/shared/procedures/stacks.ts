import { z } from 'zod'
import { done, nothing, procedure } from '../values.ts'

export const kindInfo = z.strictObject({
  kind: z.string(),
  label: z.string(),
  help: z.string(),
  children: z.enum(['none', 'one', 'many', 'keyed']),
  /** The field that holds the children: `tiers`, `shards`, `store`; absent for `none`. */
  childrenField: z.string().optional(),
  /** The URL schemes that the kind opens, without the colon. */
  protocols: z.array(z.string()).readonly().optional(),
  /** Whether it opens folders or files. */
  isPlace: z.boolean().optional(),
  /** JSON Schema (2020-12) of the node's own options, without `kind`, `id` and children. */
  schema: z.record(z.string(), z.unknown()),
})
export type KindInfo = z.infer<typeof kindInfo>

export const problem = z.strictObject({
  /** The path in the document, such as `root.tiers[1].path`; `''` for the text as a whole. */
  path: z.string(),
  message: z.string(),
  /** The position in the text, if the text is not valid JSON; UTF-16 code units from 0. */
  offset: z.number().int().nonnegative().optional(),
})
export type Problem = z.infer<typeof problem>

export const template = z.strictObject({
  id: z.string(),
  label: z.string(),
  help: z.string(),
  document: z.record(z.string(), z.unknown()),
})
export type Template = z.infer<typeof template>

export const stackProcedures = {
  'stacks.kinds': procedure(nothing, z.strictObject({ kinds: z.array(kindInfo) })),
  'stacks.templates': procedure(nothing, z.strictObject({ templates: z.array(template) })),
  /** All problems of the text of a stack document. Nothing is opened. */
  'stacks.validate': procedure(
    z.strictObject({ text: z.string().max(4_000_000) }),
    z.strictObject({ problems: z.array(problem) }),
  ),
  /** The text of a `.stack.json` file, unchanged. */
  'stacks.read': procedure(
    z.strictObject({ path: z.string().min(1) }),
    z.strictObject({ path: z.string(), text: z.string() }),
  ),
  /** Saves a stack document's text atomically. */
  'stacks.write': procedure(
    z.strictObject({
      path: z.string().min(1),
      text: z.string().max(4_000_000),
      replace: z.boolean().optional(),
    }),
    done,
  ),
}
