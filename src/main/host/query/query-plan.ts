import type { SearchText } from '../../../core/key-index/search/matcher.ts'
import { kindsOf } from '../../../core/query/condition.ts'
import { isInKeyOrder, type ParsedQuery, parseQuery } from '../../../core/query/parse-query.ts'
import type { Condition, Query } from '../../../core/query/query.ts'
import type { Task } from './evaluator.ts'

/** How a query is run. */
export interface RunPlan {
  readonly parsed: ParsedQuery
  /** What has to be read of each candidate. */
  readonly reads: 'keys' | 'stats' | 'values'
  /** Conditions on the key alone. */
  readonly keyConditions: readonly Condition[]
  /** What to evaluate for each entry; absent if the keys alone decide. */
  readonly task: Task | undefined
  /** A search in the index of keys, if it can answer the query, and the conditions that remain to be checked. */
  readonly index: { readonly search: SearchText; readonly rest: readonly Condition[] } | undefined
  /** Paths into the value that are shown as columns. */
  readonly columns: readonly string[]
}

/** The maximum number of columns. */
const MAX_COLUMNS = 4

/** @throws RangeError, TypeError, DatastoreError for an invalid query; see `parseQuery`. */
export function planRun(query: Query): RunPlan {
  const parsed = parseQuery(query)
  const { where, orderBy } = parsed
  const isOfKey = (condition: Condition) => [...kindsOf(condition)].every(kind => kind === 'key')
  const keyConditions = where.filter(isOfKey)
  const evaluated = where.filter(condition => !isOfKey(condition))
  const kinds = new Set([
    ...evaluated.flatMap(one => [...kindsOf(one)]),
    ...orderBy.map(({ field }) => field.kind),
  ])
  const needsStat = kinds.has('size') || kinds.has('mtime') || parsed.withStat
  const reads = kinds.has('value') ? 'values' : needsStat ? 'stats' : 'keys'
  const columns = columnsOf(query)
  return {
    parsed,
    reads,
    keyConditions,
    task:
      reads === 'keys'
        ? undefined
        : {
            where: evaluated,
            needsValue: reads === 'values',
            needsKey: kinds.has('key'),
            orderBy: isInKeyOrder(parsed) ? [] : (query.orderBy ?? []).map(({ field }) => field),
            columns,
          },
    index: reads === 'keys' && parsed.after === undefined ? indexSearchOf(keyConditions) : undefined,
    columns,
  }
}

/** The paths into the value that the query uses. */
function columnsOf({ where, orderBy = [] }: Query): readonly string[] {
  const named = [...(where === undefined ? [] : fieldsOf(where)), ...orderBy.map(({ field }) => field)]
  const paths = named.filter(field => !['key', 'size', 'mtime', 'value'].includes(field))
  return [...new Set(paths)].slice(0, MAX_COLUMNS)
}

function fieldsOf(condition: Condition): readonly string[] {
  if ('and' in condition) return condition.and.flatMap(fieldsOf)
  if ('or' in condition) return condition.or.flatMap(fieldsOf)
  return 'not' in condition ? fieldsOf(condition.not) : [condition.field]
}

/** The first condition that the index can search for, as a search; if there is none, a search for all keys. */
function indexSearchOf(conditions: readonly Condition[]): RunPlan['index'] {
  for (const condition of conditions) {
    const search = searchOf(condition)
    if (search !== undefined) return { search, rest: conditions.filter(one => one !== condition) }
  }
  return { search: { kind: 'substring', text: '' }, rest: conditions }
}

function searchOf(condition: Condition): SearchText | undefined {
  if (!('field' in condition) || condition.field !== 'key') return undefined
  switch (condition.op) {
    case 'contains':
      return { kind: 'substring', text: condition.value, isCaseSensitive: condition.ignoreCase !== true }
    case 'glob':
      return { kind: 'glob', text: condition.value, isCaseSensitive: condition.ignoreCase !== true }
    case 'matches': {
      const text = sameInIndex(condition.value)
      return text === undefined
        ? undefined
        : { kind: 'regex', text, isCaseSensitive: condition.ignoreCase !== true }
    }
    default:
      return undefined
  }
}

/**
 * An expression with which the index finds the same keys: there `.` matches no line terminator, and `\s` and `\b` are
 * not limited to ASCII. `undefined` if the expression cannot be translated.
 */
function sameInIndex(expression: string): string | undefined {
  if (/\\[^dDwW/.*+?^$|()[\]{}\\-]/.test(expression) || /\(\?[^:]/.test(expression)) return undefined
  return expression.replaceAll(/\\[^]|\[(?:\\[^]|[^\]])*\]|\./g, part => (part === '.' ? '[^\\n]' : part))
}
