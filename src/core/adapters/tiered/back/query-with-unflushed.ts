import { contextOf } from '../../../call-context.ts'
import type { Datastore, Entry } from '../../../datastore.ts'
import { answer } from '../../../query/answer.ts'
import { parseQuery } from '../../../query/parse-query.ts'
import { answerOfParts, queryOfPart } from '../../../query/parts.ts'
import type { Query, QueryOptions } from '../../../query/query.ts'
import type { Snapshot } from './unflushed.ts'
import { UnflushedView } from './unflushed-view.ts'

/** What `store` will answer once `snapshot` is flushed: two parts, of which the unflushed one has the last word. */
export function queryWithUnflushed<V>(
  store: Datastore<V>,
  snapshot: Snapshot<V>,
  query: Query,
  options: QueryOptions,
): AsyncIterable<Entry<V>> {
  const part = queryOfPart(query)
  // Of the entries that the store gives, no more than are unflushed fall away.
  const limit =
    part.limit === undefined ? undefined : Math.min(part.limit + snapshot.size, Number.MAX_SAFE_INTEGER)
  const kept = without(store.query({ ...part, limit }, options), snapshot)
  const own = answer(new UnflushedView(snapshot), parseQuery(part), contextOf(options))
  return answerOfParts(query, [kept, own])
}

async function* without<V>(entries: AsyncIterable<Entry<V>>, snapshot: Snapshot<V>): AsyncIterable<Entry<V>> {
  for await (const entry of entries) if (!snapshot.has(entry.key.toString())) yield entry
}
