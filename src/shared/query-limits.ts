/** Characters of a query as text. */
export const MAX_QUERY_TEXT = 100_000
/** Hits that one run keeps at most. */
export const MAX_RESULTS = 1_000_000
/** Rows of one call. */
export const MAX_RESULT_ROWS = 500
/** Keys of one call. */
export const MAX_RESULT_KEYS = 10_000
