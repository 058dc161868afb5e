/** The maximum number of keys that one search returns. */
export const MAX_HITS = 10_000
