import { z } from 'zod'
import { keyText, sessionId } from '../values.ts'

/** Keys that a selection may name one by one; more are sent as ranges of levels. */
export const MAX_NAMED_KEYS = 20_000
const MAX_RANGES = 1000

/** Names of one level, by code units: all of them, or those from `from` to `to`, both included. */
const levelRange = z.strictObject({
  level: keyText,
  from: z.string().optional(),
  to: z.string().optional(),
  except: z.array(z.string()).max(MAX_NAMED_KEYS).optional(),
})

/** Many keys as a description. Each key stands for its value and for all that is below it. */
export const selection = z.strictObject({
  keys: z.array(keyText).max(MAX_NAMED_KEYS),
  ranges: z.array(levelRange).max(MAX_RANGES),
  /** Each of `keys` stands for its value alone, as the hits of a query do. */
  isValuesOnly: z.boolean().optional(),
})
export type Selection = z.infer<typeof selection>
export type LevelRange = z.infer<typeof levelRange>

/** What makes new names of old ones. */
export const namePattern = z.strictObject({
  /** `glob`: what `*` and `?` stood for goes where they stand in `replace`, in order. `regex`: `$1` is the first group. */
  kind: z.enum(['text', 'glob', 'regex']),
  find: z.string().max(1000),
  replace: z.string().max(1000),
})
export type NamePattern = z.infer<typeof namePattern>

/** Something that is done to many keys of one session. */
export const manyAction = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('delete'), selection }),
  /** Copies or moves each selected key, with all below it, into a branch. */
  z.strictObject({
    type: z.literal('transfer'),
    selection,
    to: z.strictObject({
      session: sessionId,
      prefix: keyText,
      /** Instead of the old last segment, for a selection of one key. */
      name: z.string().optional(),
      /** Keys below this branch keep their way below it; without it each gets its last segment below `prefix`. */
      base: keyText.optional(),
    }),
    isMove: z.boolean(),
  }),
  /** Copies each selected key next to itself, under a name that is free. */
  z.strictObject({ type: z.literal('duplicate'), selection }),
  /** Gives the selected keys new last segments. A key whose name does not match stays. */
  z.strictObject({ type: z.literal('rename'), selection, pattern: namePattern }),
])
export type ManyAction = z.infer<typeof manyAction>

const choice = z.enum(['skip', 'replace', 'both'])
/** How to handle a key whose new name is taken. `both`: it gets a free name next to the existing key. */
export const conflictChoices = z.strictObject({
  all: choice,
  /** Other choices, by the key that is there. */
  each: z.record(z.string(), choice).optional(),
})
export type ConflictChoice = z.infer<typeof choice>
export type ConflictChoices = z.infer<typeof conflictChoices>

const previewLine = z.strictObject({
  from: keyText,
  to: keyText.optional(),
  /** Bytes of the value; absent for a branch, or where they are not known yet. */
  size: z.number().optional(),
  /** Something is at `to`. */
  there: z
    .strictObject({
      size: z.number(),
      difference: z.enum(['same', 'arriving-newer', 'there-newer', 'other']),
    })
    .optional(),
  /** Why nothing will be done to this key. */
  problem: z.string().optional(),
})
export type PreviewLine = z.infer<typeof previewLine>

/** What an action would affect, as far as it was examined. */
export const manyPreview = z.strictObject({
  /** Keys with a value that would be handled, those with a conflict included. */
  keys: z.number().int(),
  bytes: z.number(),
  /** How many of the selected keys were examined: each may be a branch. */
  roots: z.number().int(),
  /** Keys that are at the new places already. */
  conflicts: z.number().int(),
  /** Keys that cannot be handled, such as those with a name that the other store does not take. */
  problems: z.number().int(),
  /** Entries of folders that are not keys and move with their branches. */
  hidden: z.number().int(),
  /** Selected keys that keep their name in a rename. */
  unchanged: z.number().int(),
  /** Bytes of values that have to be kept for an undo, in addition to branches that are set aside. */
  kept: z.number(),
  canUndo: z.boolean(),
  /** Whether everything was examined. */
  isWhole: z.boolean(),
  /** The first keys, and the first conflicts and problems before others. */
  lines: z.array(previewLine),
})
export type ManyPreview = z.infer<typeof manyPreview>

/** What an action came to. */
export const manyResult = z.strictObject({
  /** Keys that were skipped, as something is at their new place. */
  skipped: z.number().int(),
  /** Keys that stayed for another reason. */
  stayed: z.number().int(),
  /** The first of both. */
  examples: z.array(z.strictObject({ key: keyText, reason: z.string() })),
  /** The entry of a history that takes the action back, where there is one. */
  undo: z.strictObject({ session: sessionId, entry: z.number().int() }).optional(),
})
export type ManyResult = z.infer<typeof manyResult>
