import type { Entry } from '../datastore.ts'
import { isInKeyOrder, parseQuery } from './parse-query.ts'
import type { Query } from './query.ts'

/** An answer that may stop being right while it is read. */
export interface PassingAnswer<V> {
  readonly entries: AsyncIterable<Entry<V>>
  /** False as soon as the rest of it may lack entries. */
  isGood(): boolean
}

/**
 * One answer out of several, each of which goes on where the one before stopped being right: past the last key where
 * they come in key order, elsewhere from the start without the keys that were given.
 * @param ask Answers a query as things are now.
 */
export async function* continuedAnswer<V>(
  query: Query,
  ask: (query: Query) => PassingAnswer<V>,
): AsyncIterable<Entry<V>> {
  const parsed = parseQuery(query)
  const inKeyOrder = isInKeyOrder(parsed)
  const given = new Set<string>()
  let count = 0
  let rest = query
  for (let isWhole = false; !isWhole; ) {
    const answer = ask(rest)
    try {
      for await (const entry of answer.entries) {
        if (!answer.isGood() || count >= parsed.limit) break
        const text = entry.key.toString()
        if (!inKeyOrder && given.has(text)) continue
        count++
        if (inKeyOrder) {
          const limit = Number.isFinite(parsed.limit) ? parsed.limit - count : undefined
          rest = { ...query, after: text, offset: undefined, limit }
        } else given.add(text)
        yield entry
      }
      isWhole = answer.isGood()
    } catch (error) {
      // What it read may be gone for good.
      if (answer.isGood()) throw error
    }
  }
}
