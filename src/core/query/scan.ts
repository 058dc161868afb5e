import type { Datastore, Entry } from '../datastore.ts'
import { failure } from '../errors.ts'
import { contextOf } from '../options.ts'
import { answer } from './answer.ts'
import type { QuerySource } from './entry-reader.ts'
import { parseQuery } from './parse-query.ts'
import type { Query, QueryOptions } from './query.ts'

/**
 * The answer of a store that leaves clauses of `query` to scanning: the shared engine's where the caller allows a scan.
 * A query that is wrong throws at once; one that is refused rejects with `QUERY_UNSUPPORTED` on the first pull.
 */
export function answerByScan<V>(
  store: QuerySource<V> & Pick<Datastore<V>, 'explainQuery'>,
  query: Query,
  options: QueryOptions = {},
): AsyncIterable<Entry<V>> {
  const parsed = parseQuery(query)
  const { scanned } = store.explainQuery(query)
  if (options.scan === true || scanned.length === 0) return answer(store, parsed, contextOf(options))
  return refusal(
    failure(
      'QUERY_UNSUPPORTED',
      'query',
      parsed.prefix,
      `the store has to scan for ${scanned.join(', ')}; allow it with { scan: true }`,
    ),
  )
}

async function* refusal(error: Error): AsyncIterable<never> {
  throw error
}
