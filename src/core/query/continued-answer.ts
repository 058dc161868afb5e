import type { Entry } from '../datastore.ts'
import { isInKeyOrder, parseQuery } from './parse-query.ts'
import type { Query } from './query.ts'

/** An answer that can become incomplete while it is read. */
export interface PassingAnswer<V> {
  readonly entries: AsyncIterable<Entry<V>>
  /** False as soon as the rest of it may lack entries. */
  isGood(): boolean
}

/**
 * Combines several answers into one. When an answer becomes incomplete, the next one continues: in key order after the
 * last key; in another order from the start, without keys that were already yielded.
 * @param ask Answers a query with the current state.
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
      // The error may be due to data that was removed in the meantime.
      if (answer.isGood()) throw error
    }
  }
}
