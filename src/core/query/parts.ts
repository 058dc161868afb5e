import type { Entry } from '../datastore.ts'
import { noStart } from './answer.ts'
import type { Facts } from './field.ts'
import { mergeOrdered } from './merge.ts'
import { comparePlaces, type Placed, placeOf } from './order.ts'
import { isInKeyOrder, type ParsedQuery, parseQuery } from './parse-query.ts'
import { type Clause, clausesOf } from './plan.ts'
import type { Query } from './query.ts'
import { viewOf } from './value-view.ts'

/**
 * The query for each of several stores that together hold the keys, so that `answerOfParts` can merge their answers:
 * without offset and limit, and with the fields of the order even if the caller does not request them.
 */
export function queryOfPart(query: Query): Query {
  const parsed = parseQuery(query)
  const { orderBy, limit, offset } = parsed
  const usesField = (...kinds: readonly string[]) => orderBy.some(({ field }) => kinds.includes(field.kind))
  const inKeyOrder = isInKeyOrder(parsed)
  const isBounded = limit !== Number.POSITIVE_INFINITY && (inKeyOrder || parsed.after === undefined)
  return {
    ...query,
    after: inKeyOrder ? query.after : undefined,
    offset: undefined,
    limit: isBounded ? Math.min(offset + limit, Number.MAX_SAFE_INTEGER) : undefined,
    keysOnly: parsed.keysOnly && !usesField('value'),
    withStat: parsed.withStat || usesField('size', 'mtime'),
  }
}

/** The clauses that `answerOfParts` evaluates itself. The others are evaluated by the parts. */
export function clausesAfterMerge(query: Query): readonly Clause[] {
  const after = isInKeyOrder(parseQuery(query)) ? [] : ['after']
  const kept = ['offset', 'limit', ...after]
  return clausesOf(query).filter(clause => kept.includes(clause) || clause.startsWith('orderBy.'))
}

/** Merges the answers of several stores to `queryOfPart(query)`. No key may be in two of them. */
export async function* answerOfParts<V>(
  query: Query,
  answers: readonly AsyncIterable<Entry<V>>[],
): AsyncIterable<Entry<V>> {
  const parsed = parseQuery(query)
  const compare = comparePlaces(parsed.orderBy)
  const placed = answers.map(entries => withPlaces(entries, parsed))
  const merged = pastStart(mergeOrdered(placed, compare), parsed)
  let seen = 0
  if (parsed.limit === 0) return
  for await (const { entry } of merged) {
    if (++seen > parsed.offset) yield asAsked(entry, parsed)
    if (seen === parsed.offset + parsed.limit) return
  }
}

interface PlacedEntry<V> extends Placed {
  readonly entry: Entry<V>
}

async function* withPlaces<V>(
  entries: AsyncIterable<Entry<V>>,
  { orderBy }: ParsedQuery,
): AsyncIterable<PlacedEntry<V>> {
  for await (const entry of entries) {
    const { key, stat, value } = entry
    const facts: Facts = { key, size: stat?.size, mtime: stat?.mtime, value: viewOf(value) }
    yield { key, place: placeOf(orderBy, facts), entry }
  }
}

/** In key order each part has already started after `after`. In another order only the merge can determine the position. */
async function* pastStart<T extends Placed>(merged: AsyncIterable<T>, query: ParsedQuery): AsyncIterable<T> {
  const { after } = query
  let isPast = after === undefined || isInKeyOrder(query)
  for await (const one of merged) {
    if (isPast) yield one
    else isPast = after?.equals(one.key) === true
  }
  if (!isPast) throw noStart(query)
}

function asAsked<V>({ key, value, stat }: Entry<V>, { keysOnly, withStat }: ParsedQuery): Entry<V> {
  return { key, ...(!keysOnly && { value }), ...(withStat && { stat }) }
}
