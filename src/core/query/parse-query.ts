import { Key } from '../key.ts'
import { conjunctsOf, kindsOf } from './condition.ts'
import { type Field, type FieldKind, parseField } from './field.ts'
import { describe, isRecord, parseCondition, queryFault, refuseUnknown } from './parse-condition.ts'
import type { Condition, Query } from './query.ts'

export interface ParsedOrder {
  readonly field: Field
  readonly descending: boolean
}

/** A query whose every clause is checked and has a value. */
export interface ParsedQuery {
  readonly prefix: Key
  readonly recursive: boolean
  /** All of them must hold. */
  readonly where: readonly Condition[]
  /** Empty where entries come in ascending key order; nothing follows an order by key, which decides all. */
  readonly orderBy: readonly ParsedOrder[]
  readonly after: Key | undefined
  readonly offset: number
  /** `Infinity` for all. */
  readonly limit: number
  readonly keysOnly: boolean
  readonly withStat: boolean
}

const CLAUSES = [
  'prefix',
  'recursive',
  'where',
  'orderBy',
  'offset',
  'limit',
  'after',
  'keysOnly',
  'withStat',
]

/**
 * Checks a query, which may come from anywhere.
 * @throws RangeError for an offset or limit that is no whole number from 0 up
 * @throws TypeError for a clause that is unknown or of another shape, saying where
 * @throws DatastoreError `KEY_INVALID` for a prefix, `after` or key that is none
 */
export function parseQuery(query: Query): ParsedQuery {
  const json: unknown = query
  if (!isRecord(json)) throw queryFault(undefined, `a query is an object, not ${describe(json)}`)
  refuseUnknown(json, CLAUSES)
  const { where, orderBy, after } = json
  return {
    prefix: keyOf(json['prefix'] ?? '/', 'prefix'),
    recursive: flagOf(json['recursive'] ?? true, 'recursive'),
    where: where === undefined ? [] : conjunctsOf(parseCondition(where)),
    orderBy: orderBy === undefined ? [] : parseOrders(orderBy),
    after: after === undefined ? undefined : keyOf(after, 'after'),
    offset: countOf(json['offset'] ?? 0, 'offset'),
    limit: json['limit'] === undefined ? Number.POSITIVE_INFINITY : countOf(json['limit'], 'limit'),
    keysOnly: flagOf(json['keysOnly'] ?? false, 'keysOnly'),
    withStat: flagOf(json['withStat'] ?? false, 'withStat'),
  }
}

/** Whether entries come in the order of their keys, one way or the other, so that nothing need be sorted. */
export function isInKeyOrder({ orderBy }: ParsedQuery): boolean {
  return orderBy.length === 0 || orderBy[0]?.field.kind === 'key'
}

/** The kinds of field that must be known before an entry can be judged and put in its place. */
export function kindsNeeded({ where, orderBy }: ParsedQuery): ReadonlySet<FieldKind> {
  return new Set([
    ...where.flatMap(condition => [...kindsOf(condition)]),
    ...orderBy.map(({ field }) => field.kind),
  ])
}

function parseOrders(json: unknown): ParsedOrder[] {
  if (!Array.isArray(json)) throw queryFault('orderBy', `a list of orders, not ${describe(json)}`)
  const orders = json.map((order: unknown, index) => parseOrder(order, `orderBy[${index}]`))
  const decisive = orders.findIndex(({ field }) => field.kind === 'key')
  return decisive < 0 ? orders : orders.slice(0, decisive + 1)
}

function parseOrder(json: unknown, at: string): ParsedOrder {
  if (!isRecord(json)) throw queryFault(at, `an order is an object, not ${describe(json)}`)
  refuseUnknown(json, ['field', 'descending'], at)
  const { field, descending } = json
  if (typeof field !== 'string' || field === '')
    throw queryFault(`${at}.field`, 'the name of a field is missing')
  return { field: parseField(field), descending: flagOf(descending ?? false, `${at}.descending`) }
}

function keyOf(json: unknown, at: string): Key {
  if (typeof json !== 'string') throw queryFault(at, `the text of a key, not ${describe(json)}`)
  return Key.parse(json)
}

function flagOf(json: unknown, at: string): boolean {
  if (typeof json !== 'boolean') throw queryFault(at, `true or false, not ${describe(json)}`)
  return json
}

function countOf(json: unknown, at: string): number {
  if (typeof json !== 'number') throw queryFault(at, `a whole number, not ${describe(json)}`)
  if (!Number.isSafeInteger(json) || json < 0)
    throw new RangeError(`Query ${at}: ${json} is no whole number from 0 up`)
  return json
}
