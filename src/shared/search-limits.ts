/** Keys that one search gives at most. */
export const MAX_HITS = 10_000
