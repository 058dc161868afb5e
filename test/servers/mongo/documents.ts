import { Query } from 'mingo'
import { BSON, type Document } from 'mongodb'

const { EJSON } = BSON

/** A document, and its id in the form that the server orders. */
export interface Stored {
  readonly order: Buffer
  readonly document: Document
}

/** A value in the form that mingo compares: numbers and dates as such, other types by their Extended JSON. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if ('_bsontype' in value) {
    if (['Int32', 'Double', 'Long'].includes(String(value._bsontype))) return Number(value)
    return `${String(value._bsontype)}:${EJSON.stringify(value, { relaxed: false })}`
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
}

/**
 * Texts are ordered by their bytes; other types come before and after them, ordered by their Extended JSON.
 */
export function orderOf(id: unknown): Buffer {
  return typeof id === 'string' ? Buffer.from(`t${id}`) : Buffer.from(`x${JSON.stringify(plain(id))}`)
}

/** The index of the first document whose id is not before this one. */
function indexFrom(all: readonly Stored[], order: Buffer): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (Buffer.compare((all[middle] as Stored).order, order) < 0) low = middle + 1
    else high = middle
  }
  return low
}

export function documentAt(all: readonly Stored[], order: Buffer): Stored | undefined {
  const one = all[indexFrom(all, order)]
  return one?.order.equals(order) === true ? one : undefined
}

/** Inserts a document at the position of its id, or removes the one with that id. */
export function place(all: Stored[], order: Buffer, document: Document | undefined): void {
  const at = indexFrom(all, order)
  const isPresent = all[at]?.order.equals(order) === true
  all.splice(at, isPresent ? 1 : 0, ...(document === undefined ? [] : [{ order, document }]))
}

/**
 * The documents that match a filter, in the order of their ids. Ids, and ranges of ids that are text, use
 * binary search.
 */
export function* found(all: readonly Stored[], filter: Document, isDescending = false): Iterable<Stored> {
  const { _id, ...others } = filter as { readonly _id?: unknown } & Document
  const condition = typeof _id === 'object' && _id !== null && !('_bsontype' in _id) ? (_id as Document) : {}
  const named = typeof _id === 'string' ? [_id] : (condition['$in'] as readonly unknown[] | undefined)
  if (named !== undefined) {
    const test = matching(others)
    const orders = named.map(orderOf).sort((a, b) => Buffer.compare(a, b))
    for (const order of isDescending ? orders.reverse() : orders) {
      const one = documentAt(all, order)
      if (one !== undefined && test(one.document)) yield one
    }
    return
  }
  const isRange = '$gte' in condition || '$lt' in condition
  // `$not` is only used to find ids that are not text.
  const isOther = '$not' in condition
  const high = condition['$lt'] as unknown
  const from = isRange ? indexFrom(all, orderOf(condition['$gte'] ?? '')) : 0
  const to = isRange ? indexFrom(all, high === undefined ? Buffer.from('u') : orderOf(high)) : all.length
  const test = matching(isRange || isOther ? others : filter)
  for (let step = 0; step < to - from; step++) {
    const one = all[isDescending ? to - 1 - step : from + step] as Stored
    if (isOther && typeof one.document['_id'] === 'string') continue
    if (test(one.document)) yield one
  }
}

export function firstOf(all: readonly Stored[], filter: Document): Stored | undefined {
  for (const one of found(all, filter)) return one
  return undefined
}

/** The document after an update. */
export function changed(old: Document, change: Document): Document {
  if (!Object.keys(change).some(name => name.startsWith('$'))) {
    return { _id: old['_id'] as unknown, ...change }
  }
  const gone = Object.keys((change['$unset'] ?? {}) as Document)
  const made = { ...old, ...(change['$set'] as Document | undefined) }
  return Object.fromEntries(Object.entries(made).filter(([name]) => !gone.includes(name)))
}

export function isSame(a: Document, b: Document): boolean {
  return EJSON.stringify(a, { relaxed: false }) === EJSON.stringify(b, { relaxed: false })
}

/** Whether a document matches a filter. A whole document is compared exactly. */
function matching(filter: Document): (document: Document) => boolean {
  const { $expr, ...others } = filter
  const literal = (($expr as Document | undefined)?.['$eq'] as Document[] | undefined)?.[1]?.['$literal'] as
    | Document
    | undefined
  const query = new Query(plain(others) as Document)
  return document => {
    if (literal !== undefined && !isSame(document, literal)) return false
    return query.test(plain(document) as Document)
  }
}
