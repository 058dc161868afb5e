import type { CallOptions, Entry } from '../datastore.ts'
import { failure, throwIfAborted } from '../errors.ts'
import type { Found, QuerySource } from './entry-reader.ts'
import { EntryReader } from './entry-reader.ts'
import { keyBoundsOf } from './key-bounds.ts'
import { mapAhead } from './map-ahead.ts'
import { comparePlaces } from './order.ts'
import type { ParsedQuery } from './parse-query.ts'
import { isInKeyOrder } from './parse-query.ts'
import { TopEntries } from './top-entries.ts'
import { type Walked, walk } from './walk.ts'

/** Entries read at once, so that a store that waits on a disk or a network is not asked one by one. */
const WIDTH = 16
const LARGEST_PAGE = 1000

/**
 * The one engine that answers queries, over whatever can list, stat and get. It goes through the keys in key order and
 * gives entries as it meets them; only another order makes it see all before it gives the first.
 */
export async function* answer<V>(
  source: QuerySource<V>,
  query: ParsedQuery,
  options: CallOptions = {},
): AsyncIterable<Entry<V>> {
  throwIfAborted(options.signal, 'query', query.prefix)
  if (query.limit === 0) return
  const reader = new EntryReader(source, query, options)
  const found = isInKeyOrder(query)
    ? inKeyOrder(source, reader, query, options)
    : inOtherOrder(source, reader, query, options)
  const chosen = slice(found, query.offset, query.limit)
  if (!reader.readsToGive) {
    for await (const { key } of chosen) yield { key }
    return
  }
  for await (const entry of mapAhead(chosen, WIDTH, one => reader.give(one))) {
    throwIfAborted(options.signal, 'query', query.prefix)
    if (entry !== undefined) yield entry
  }
}

function inKeyOrder<V>(
  source: QuerySource<V>,
  reader: EntryReader<V>,
  query: ParsedQuery,
  options: CallOptions,
): AsyncIterable<Found<V>> {
  const { prefix, recursive, orderBy, where, after, offset, limit } = query
  const descending = orderBy[0]?.descending === true
  const pageSize = where.length > 0 ? LARGEST_PAGE : Math.min(LARGEST_PAGE, offset + limit)
  const bounds = keyBoundsOf(where)
  const { signal } = options
  return judged(walk(source, prefix, { recursive, descending, bounds, after, pageSize, signal }), reader)
}

/** Everything is judged before the first is given; with a limit, no more is kept than will be given. */
async function* inOtherOrder<V>(
  source: QuerySource<V>,
  reader: EntryReader<V>,
  query: ParsedQuery,
  options: CallOptions,
): AsyncIterable<Found<V>> {
  const { prefix, recursive, orderBy, where, after, offset, limit } = query
  const compare = comparePlaces(orderBy)
  const start = after === undefined ? undefined : await startOf(reader, query)
  const top = new TopEntries<Found<V>>(offset + limit, compare)
  const isKept = limit !== Number.POSITIVE_INFINITY
  const bounds = keyBoundsOf(where)
  const way = { recursive, descending: false, bounds, after: undefined, pageSize: LARGEST_PAGE }
  for await (const found of judged(walk(source, prefix, { ...way, signal: options.signal }), reader)) {
    if (start !== undefined && compare(found, start) <= 0) continue
    // Without a limit there is no saying how many values would pile up: they are read again when their turn comes.
    top.add(isKept ? found : { ...found, value: undefined })
  }
  yield* top.sorted()
}

/** The entry to start past, which has to be one that the query gives: only then is it known where it stands. */
async function startOf<V>(reader: EntryReader<V>, query: ParsedQuery): Promise<Found<V>> {
  const { prefix, recursive, after } = query
  const isInReach =
    after !== undefined && prefix.isAncestorOf(after) && (recursive || after.depth === prefix.depth + 1)
  const found =
    isInReach && reader.passesByKey(after) ? await reader.judge({ key: after, size: undefined }) : undefined
  if (found === undefined) throw noStart(query)
  return found
}

export function noStart({ after }: ParsedQuery): Error {
  return failure('NOT_FOUND', 'query past', after, 'in this order it has no place, being no answer itself')
}

async function* judged<V>(walked: AsyncIterable<Walked>, reader: EntryReader<V>): AsyncIterable<Found<V>> {
  if (!reader.readsToJudge) {
    for await (const one of walked) if (reader.passesByKey(one.key)) yield reader.placeByKey(one.key)
    return
  }
  for await (const found of mapAhead(passing(walked, reader), WIDTH, one => reader.judge(one))) {
    if (found !== undefined) yield found
  }
}

async function* passing<V>(walked: AsyncIterable<Walked>, reader: EntryReader<V>): AsyncIterable<Walked> {
  for await (const one of walked) if (reader.passesByKey(one.key)) yield one
}

/** Skips `offset` items, gives `limit`, and asks for no more than that. */
export async function* slice<T>(items: AsyncIterable<T>, offset: number, limit: number): AsyncIterable<T> {
  let skipped = 0
  let given = 0
  if (limit === 0) return
  for await (const item of items) {
    if (skipped++ < offset) continue
    yield item
    if (++given === limit) return
  }
}
