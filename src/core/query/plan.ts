import { kindsOf } from './condition.ts'
import { parseQuery } from './parse-query.ts'
import type { Query, QueryPlan } from './query.ts'

/** The clauses of a query. `where` and `orderBy` are named by the kind of field they use. */
export type Clause =
  | 'prefix'
  | 'recursive'
  | `where.${'key' | 'size' | 'mtime' | 'value'}`
  | `orderBy.${'key' | 'size' | 'mtime' | 'value'}`
  | 'after'
  | 'offset'
  | 'limit'
  | 'keysOnly'
  | 'withStat'

/** The clauses that `query` uses. Walking the keys below its prefix is always one. */
export function clausesOf(query: Query): readonly Clause[] {
  const { recursive, where, orderBy, after, offset, limit, keysOnly, withStat } = parseQuery(query)
  const kinds = new Set(where.flatMap(condition => [...kindsOf(condition)]))
  const clauses: readonly (Clause | false)[] = [
    'prefix',
    !recursive && 'recursive',
    ...[...kinds].map(kind => `where.${kind}` as const),
    ...new Set(orderBy.map(({ field }) => `orderBy.${field.kind}` as const)),
    after !== undefined && 'after',
    offset > 0 && 'offset',
    limit !== Number.POSITIVE_INFINITY && 'limit',
    keysOnly && 'keysOnly',
    withStat && 'withStat',
  ]
  return clauses.filter(clause => clause !== false)
}

/** The plan of a store that evaluates the clauses of `isNative` itself and scans for the others. */
export function planOf(store: string, query: Query, isNative: (clause: Clause) => boolean): QueryPlan {
  const clauses = clausesOf(query)
  return {
    store,
    native: clauses.filter(isNative),
    scanned: clauses.filter(clause => !isNative(clause)),
  }
}

/** The plan of a store that walks stores below. It scans for every clause that any of them scans for. */
export function planOver(store: string, query: Query, plans: readonly QueryPlan[]): QueryPlan {
  const scanned: ReadonlySet<string> = new Set(plans.flatMap(scannedIn))
  return planOf(store, query, clause => plans.length > 0 && !scanned.has(clause))
}

/** Whether any store in a plan must scan, so that the query needs `{ scan: true }`. */
export function needsScan(plan: QueryPlan): boolean {
  return plan.scanned.length > 0 || plan.children?.some(needsScan) === true
}

/** Every clause for which any store in a plan must scan. */
export function scannedIn(plan: QueryPlan): readonly string[] {
  return [...plan.scanned, ...(plan.children ?? []).flatMap(scannedIn)]
}
