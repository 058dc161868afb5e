import type { Entry } from '../datastore.ts'
import { failure } from '../errors.ts'
import type { Key } from '../key.ts'
import { answer } from '../query/answer.ts'
import type { QuerySource } from '../query/entry-reader.ts'
import { kindsNeeded, type ParsedQuery, parseQuery } from '../query/parse-query.ts'
import { needsScan, planOf, scannedIn } from '../query/plan.ts'
import type { Query, QueryOptions, QueryPlan } from '../query/query.ts'
import { Call, type Maybe } from './call.ts'
import type { OpenStore } from './open-store.ts'
import { StoreQuerySource } from './query-source.ts'
import type { Found } from './store.ts'

type ValueOf<V> = (key: Key, found: Found) => Maybe<V>

/** A query over decoded values. The store below has only their bytes, so clauses about values are evaluated here. */
export function queryObjects<V>(
  open: OpenStore,
  query: Query,
  options: QueryOptions,
  valueOf: ValueOf<V>,
): AsyncIterable<Entry<V>> {
  const parsed = parseQuery(query)
  const plan = planOfObjects(open.info.kind, query)
  if (options.scan !== true && needsScan(plan)) return refuseScan(parsed.prefix, plan)
  const needsValues = kindsNeeded(parsed).has('value') || !parsed.keysOnly
  if (needsValues) return answerObjects(open, parsed, options, valueOf)
  return open.query(query, Call.from(options)) as AsyncIterable<Entry<V>>
}

/** The plan of a query over decoded values: every clause is evaluated by scanning. */
export function planOfObjects(kind: string, query: Query): QueryPlan {
  return planOf(kind, query, () => false)
}

/** @throws DatastoreError `QUERY_UNSUPPORTED` at the first pull, naming the clauses that require a scan. */
export async function* refuseScan(prefix: Key, plan: QueryPlan): AsyncIterable<never> {
  const state = `the store has to scan for ${scannedIn(plan).join(', ')}; allow it with { scan: true }`
  throw failure('QUERY_UNSUPPORTED', 'query', prefix, state)
}

async function* answerObjects<V>(
  open: OpenStore,
  query: ParsedQuery,
  { signal, span }: QueryOptions,
  valueOf: ValueOf<V>,
): AsyncIterable<Entry<V>> {
  const leave = open.enter('query', query.prefix)
  const source = new StoreQuerySource(open, true)
  const values: QuerySource<V> = {
    list: (prefix, options) => source.list(prefix, options),
    has: (key, options) => source.has(key, options),
    stat: (key, options) => source.stat(key, options),
    get: async (key, options) => valueOf(key, await source.find(key, options)),
  }
  try {
    yield* answer(values, query, { signal, span })
  } finally {
    leave()
  }
}
