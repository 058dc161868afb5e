/** Constants that host and page share, in a file without schemas, so that the page can use them without loading those. */

/** The maximum number of characters of a query as text. */
export const MAX_QUERY_TEXT = 100_000
/** The maximum number of hits that one run of a query keeps. */
export const MAX_RESULTS = 1_000_000
/** The maximum number of rows that one call returns. */
export const MAX_RESULT_ROWS = 500
/** The maximum number of keys that one call returns. */
export const MAX_RESULT_KEYS = 10_000
/** The maximum number of keys that one search returns. */
export const MAX_HITS = 10_000

/** What a stack is used for. In production, more actions have to be confirmed. */
export const ENVIRONMENTS = ['development', 'staging', 'production'] as const
export type Environment = (typeof ENVIRONMENTS)[number]
