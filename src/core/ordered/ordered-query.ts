import type { Entry } from '../datastore.ts'
import { throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from '../open/call.ts'
import { statOf } from '../open/completion.ts'
import type { Found } from '../open/store.ts'
import { slice } from '../query/answer.ts'
import { kindsOf, testOf } from '../query/condition.ts'
import type { Facts, FieldKind } from '../query/field.ts'
import { keyBoundsOf } from '../query/key-bounds.ts'
import { isInKeyOrder, type ParsedQuery, parseQuery } from '../query/parse-query.ts'
import { type Clause, planOf } from '../query/plan.ts'
import type { Condition, Query, QueryPlan } from '../query/query.ts'
import { compareBytes, followedBy } from './byte-order.ts'
import type { RangeReader, Row } from './driver.ts'
import type { Layout } from './layout.ts'
import { rowsOf } from './rows.ts'

/** The parts of an ordered store that a query needs. */
interface QueriedParts {
  readonly driver: RangeReader
  readonly layout: Layout
  /** Removes expired values. */
  readonly sweep: () => Maybe<void>
  /** The version in a row, unless it has expired. */
  readonly found: (row: Row) => Found | undefined
}

/** Answers a query from one range of the engine; `undefined` if the query requires more than that. */
export function orderedQuery(
  query: Query,
  parts: QueriedParts,
  call: Call,
): AsyncIterable<Entry<Uint8Array>> | undefined {
  const parsed = parseQuery(query)
  const isOfKeys = parsed.where.every(isOfKey)
  const isRange = parts.layout.isInKeyOrder && parsed.recursive && isOfKeys && isInKeyOrder(parsed)
  return isRange ? answerOfRange(parsed, parts, call.signal) : undefined
}

async function* answerOfRange(
  query: ParsedQuery,
  { driver, layout, sweep, found }: QueriedParts,
  signal: AbortSignal | undefined,
): AsyncIterable<Entry<Uint8Array>> {
  throwIfAborted(signal, 'query', query.prefix)
  const { offset, limit, where, keysOnly, withStat } = query
  const range = rangeOf(query, layout)
  if (range === undefined || limit === 0) return
  await sweep()
  const tests = where.map(testOf)
  const wanted = {
    ...range,
    reverse: query.orderBy[0]?.descending === true,
    keysOnly: keysOnly && !withStat,
    first: where.length > 0 ? Infinity : offset + limit,
    signal,
  }
  const entryOf = (row: Row): Entry<Uint8Array>[] => {
    const key = layout.decode(row.key)
    if (key === undefined) return []
    const facts: Facts = { key, size: undefined, mtime: undefined, value: undefined }
    if (!tests.every(test => test(facts))) return []
    if (wanted.keysOnly) return [{ key }]
    const version = found(row)
    if (version === undefined) return []
    const stat = withStat ? statOf(version) : undefined
    return [{ key, ...(!keysOnly && { value: version.bytes }), ...(stat !== undefined && { stat }) }]
  }
  async function* entries(): AsyncIterable<readonly Entry<Uint8Array>[]> {
    for await (const rows of rowsOf(driver, wanted)) yield rows.flatMap(entryOf)
  }
  for await (const chosen of slice(entries(), offset, limit)) {
    for (const entry of chosen) {
      throwIfAborted(signal, 'query', query.prefix)
      yield entry
    }
  }
}

/** The range of the engine that contains every matching entry; `undefined` if it is empty. */
export function rangeOf(
  { prefix, where, after, orderBy }: ParsedQuery,
  layout: Layout,
): { readonly from: Uint8Array; readonly to: Uint8Array } | undefined {
  let { from, to } = layout.rangeBelow(prefix)
  const bytesOf = (key: Key) => layout.encode(key) as Uint8Array
  const raise = (bytes: Uint8Array) => {
    if (compareBytes(bytes, from) > 0) from = bytes
  }
  const lower = (bytes: Uint8Array) => {
    if (compareBytes(bytes, to) < 0) to = bytes
  }
  const { first, last } = keyBoundsOf(where)
  if (first !== undefined) raise(bytesOf(first))
  if (last !== undefined) lower(followedBy(bytesOf(last), 0))
  if (after !== undefined && orderBy[0]?.descending === true) lower(bytesOf(after))
  else if (after !== undefined) raise(followedBy(bytesOf(after), 0))
  return compareBytes(from, to) < 0 ? { from, to } : undefined
}

/**
 * The clauses that an ordered engine evaluates itself: where to begin and to end in the order of keys.
 * @param listed Fields of a value's `stat` that the engine's listings include.
 */
export function orderedPlan(
  store: string,
  query: Query,
  listed: ReadonlySet<FieldKind> = new Set(),
): QueryPlan {
  const { where, ...rest } = parseQuery(query)
  const isBounded = where.every(condition => !kindsOf(condition).has('key') || isBound(condition))
  const isOrdered = isInKeyOrder({ where, ...rest })
  const isNative = (clause: Clause): boolean => {
    if (clause === 'where.key') return isBounded
    if (clause.startsWith('where.')) return listed.has(clause.slice('where.'.length) as FieldKind)
    if (clause.startsWith('orderBy.')) return isOrdered
    return true
  }
  return planOf(store, query, isNative)
}

function isOfKey(condition: Condition): boolean {
  const kinds = kindsOf(condition)
  return kinds.size === 1 && kinds.has('key')
}

/** Whether the keys that meet a condition are exactly one range, so that no other keys are read for it. */
function isBound(condition: Condition): boolean {
  return 'field' in condition && ['<', '<=', '=', '>=', '>'].includes(condition.op)
}
