import type { CallOptions, Entry } from '../datastore.ts'
import { failure, throwIfAborted } from '../errors.ts'
import { contextOf } from '../options.ts'
import { EntryReader, type Found, type QuerySource } from './entry-reader.ts'
import { inWindows } from './in-windows.ts'
import { keyBoundsOf } from './key-bounds.ts'
import { comparePlaces } from './order.ts'
import { isInKeyOrder, type ParsedQuery } from './parse-query.ts'
import { TopEntries } from './top-entries.ts'
import { type Walked, walk } from './walk.ts'

const MAX_PAGE = 1000

/**
 * The engine that answers queries over anything that can list, stat and get. It visits the keys in key order and yields
 * matching entries immediately. Only another order requires it to visit all keys first.
 */
export async function* answer<V>(
  source: QuerySource<V>,
  query: ParsedQuery,
  options: CallOptions = {},
): AsyncIterable<Entry<V>> {
  const { signal } = options
  throwIfAborted(signal, 'query', query.prefix)
  const reader = new EntryReader(source, query, options)
  const found = isInKeyOrder(query)
    ? inKeyOrder(source, reader, query, options)
    : inOtherOrder(source, reader, query, options)
  const chosen = slice(found, query.offset, query.limit)
  for await (const entries of inWindows(chosen, one => reader.toEntry(one))) {
    for (const entry of entries) {
      throwIfAborted(signal, 'query', query.prefix)
      yield entry
    }
  }
}

function inKeyOrder<V>(
  source: QuerySource<V>,
  reader: EntryReader<V>,
  query: ParsedQuery,
  options: CallOptions,
): AsyncIterable<readonly Found<V>[]> {
  const { prefix, recursive, orderBy, where, after, offset, limit } = query
  const descending = orderBy[0]?.descending === true
  const pageSize = where.length > 0 ? MAX_PAGE : Math.min(MAX_PAGE, offset + limit)
  const bounds = keyBoundsOf(where)
  const walkOptions = { recursive, descending, bounds, after, pageSize, ...contextOf(options) }
  return matching(walk(source, prefix, walkOptions), reader)
}

/** Visits every entry before the first is yielded. With a limit, it keeps no more entries than it will yield. */
async function* inOtherOrder<V>(
  source: QuerySource<V>,
  reader: EntryReader<V>,
  query: ParsedQuery,
  options: CallOptions,
): AsyncIterable<readonly Found<V>[]> {
  const { prefix, recursive, orderBy, where, after, offset, limit } = query
  const compare = comparePlaces(orderBy)
  const start = after === undefined ? undefined : await startOf(reader, query)
  const top = new TopEntries<Found<V>>(offset + limit, compare)
  const isKept = limit !== Number.POSITIVE_INFINITY
  const bounds = keyBoundsOf(where)
  const walkOptions = {
    recursive,
    descending: false,
    bounds,
    after: undefined,
    pageSize: MAX_PAGE,
    ...contextOf(options),
  }
  for await (const batch of matching(walk(source, prefix, walkOptions), reader)) {
    for (const found of batch) {
      if (start !== undefined && compare(found, start) <= 0) continue
      // Without a limit any number of values could accumulate, so they are read again when they are yielded.
      top.add(isKept || found.value === undefined ? found : { ...found, value: undefined })
    }
  }
  yield await top.sorted()
}

/** The entry to start after. It must match the query, because only then is its position known. */
async function startOf<V>(reader: EntryReader<V>, query: ParsedQuery): Promise<Found<V>> {
  const { prefix, recursive, after } = query
  const isInReach =
    after !== undefined && prefix.isAncestorOf(after) && (recursive || after.depth === prefix.depth + 1)
  const found =
    isInReach && reader.passesByKey(after) ? await reader.match({ key: after, size: undefined }) : undefined
  if (found === undefined) throw noStart(query)
  return found
}

export function noStart({ after }: ParsedQuery): Error {
  return failure(
    'NOT_FOUND',
    'query past',
    after,
    'it is not an answer of this query, so it has no place in this order',
  )
}

function matching<V>(
  walked: AsyncIterable<readonly Walked[]>,
  reader: EntryReader<V>,
): AsyncIterable<readonly Found<V>[]> {
  return inWindows(walked, one => (reader.passesByKey(one.key) ? reader.match(one) : undefined))
}

/** Skips `offset` items of all batches together, yields up to `limit`, and requests no more batches than necessary. */
export async function* slice<T>(
  batches: AsyncIterable<readonly T[]>,
  offset: number,
  limit: number,
): AsyncIterable<readonly T[]> {
  if (limit === 0) return
  let toSkip = offset
  let toGive = limit
  for await (const batch of batches) {
    const rest = batch.slice(toSkip, toSkip + toGive)
    toSkip = Math.max(0, toSkip - batch.length)
    toGive -= rest.length
    if (rest.length > 0) yield rest
    if (toGive === 0) return
  }
}
