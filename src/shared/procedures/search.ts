import { z } from 'zod'
import { MAX_HITS } from '../contract-constants.ts'
import { done, keyText, procedure, sessionId } from '../values.ts'

/** The maximum length of a search text in characters. */
const MAX_TEXT = 1000

const keySearch = z.strictObject({
  /**
   * `substring`: the text anywhere in a key. `glob`: a pattern with `*`, `**`, `?` and `[…]`. `regex`: a regular
   * expression anywhere in a key, in linear time. `fuzzy`: the characters of each word in their order.
   */
  kind: z.enum(['substring', 'glob', 'regex', 'fuzzy']),
  text: z.string().max(MAX_TEXT),
  /** Default false: upper and lower case match each other. */
  isCaseSensitive: z.boolean().optional(),
  /** Search only below this key. */
  under: keyText.optional(),
  limit: z.number().int().min(1).max(MAX_HITS),
})
export type KeySearch = z.infer<typeof keySearch>

const searchReport = z.strictObject({
  /**
   * The keys found so far: for `fuzzy` best first, otherwise in key order. Absent if they are the same as in the last
   * report.
   */
  keys: z.array(keyText).optional(),
  /** Matching keys so far, including those past the limit of a `fuzzy` search. */
  found: z.number().int(),
  /** Keys searched so far, out of `total`. */
  searched: z.number().int(),
  /** Known keys. */
  total: z.number().int(),
  /** Whether all keys of the stack are known. Until then the search is repeated over more keys each time. */
  isComplete: z.boolean(),
  /** The search has ended. */
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
