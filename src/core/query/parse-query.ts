import { Key } from '../key.ts'
import { conjunctsOf, kindsOf } from './condition.ts'
import { type Field, type FieldKind, parseField } from './field.ts'
import { describe, isRecord, parseCondition, queryFault, refuseUnknown } from './parse-condition.ts'
import type { Condition, Query } from './query.ts'

export interface ParsedOrder {
  readonly field: Field
  readonly descending: boolean
}

/** A query whose clauses are all checked and present. */
export interface ParsedQuery {
  readonly prefix: Key
  readonly recursive: boolean
  /** All of them must hold. */
  readonly where: readonly Condition[]
  /** Empty for ascending key order. No order follows one by key, because keys are unique. */
  readonly orderBy: readonly ParsedOrder[]
  readonly after: Key | undefined
  readonly offset: number
  /** `Infinity` for no limit. */
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
 * Checks a query of unknown origin.
 * @throws RangeError for an offset or limit that is not a whole number from 0 up.
 * @throws TypeError for an unknown or malformed clause, with its path.
 * @throws DatastoreError `KEY_INVALID` for an invalid prefix, `after` or key.
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

/** Whether entries come in ascending or descending key order, so that nothing must be sorted. */
export function isInKeyOrder({ orderBy }: ParsedQuery): boolean {
  return orderBy.length === 0 || orderBy[0]?.field.kind === 'key'
}

/** The kinds of field that must be known to match and order an entry. */
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
    throw new RangeError(`Query ${at}: ${json} is not a whole number from 0 up`)
  return json
}
