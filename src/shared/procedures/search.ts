import { z } from 'zod'
import { MAX_HITS } from '../search-limits.ts'
import { done, keyText, procedure, sessionId } from '../values.ts'

/** Characters of a text that is searched for. */
const MAX_TEXT = 1000

const keySearch = z.strictObject({
  /**
   * `substring`: the text anywhere in a key. `glob`: a pattern with `*`, `**`, `?` and `[…]`. `regex`: a regular
   * expression anywhere in a key, in linear time. `fuzzy`: the characters of each word in their order.
   */
  kind: z.enum(['substring', 'glob', 'regex', 'fuzzy']),
  text: z.string().max(MAX_TEXT),
  /** Default false: upper and lower case are alike. */
  isCaseSensitive: z.boolean().optional(),
  /** Search below this key alone. */
  under: keyText.optional(),
  limit: z.number().int().min(1).max(MAX_HITS),
})
export type KeySearch = z.infer<typeof keySearch>

const searchReport = z.strictObject({
  /** What was found so far: of `fuzzy` the best first, else in key order. Absent where it is what was told before. */
  keys: z.array(keyText).optional(),
  /** Keys that match so far, also past the limit in a `fuzzy` search. */
  found: z.number().int(),
  /** Keys that were looked at, of `total`. */
  searched: z.number().int(),
  /** Keys that are known. */
  total: z.number().int(),
  /** Whether all keys of the stack are known: until then it is searched again and again, over more keys each time. */
  isComplete: z.boolean(),
  /** Nothing more will come. */
  isLast: z.boolean(),
})
export type SearchReport = z.infer<typeof searchReport>

export const searchProcedures = {
  /** Begins a search for keys. */
  'search.open': procedure(
    z.strictObject({ session: sessionId, search: keySearch }),
    z.strictObject({ search: z.string() }),
  ),
  /** Resolves when there is something new. */
  'search.next': procedure(z.strictObject({ search: z.string() }), searchReport),
  'search.close': procedure(z.strictObject({ search: z.string() }), done),
}
