import type { Entry, Stat } from '../core/datastore.ts'
import { Key } from '../core/key.ts'
import type { Condition, Order, Query } from '../core/query/query.ts'

/** An entry with all its properties. */
export interface WholeEntry<V> {
  readonly key: Key
  readonly value: V
  readonly stat: Stat
}

/**
 * The result of a query, computed clause by clause over a copy of everything: slow, but simple enough to
 * trust. `undefined` if the query has no answer, because `after` is not an entry of it.
 */
export function naiveAnswer<V>(
  entries: readonly WholeEntry<V>[],
  query: Query,
): readonly Entry<V>[] | undefined {
  const { recursive = true, where = { and: [] }, orderBy = [], offset = 0, limit } = query
  const prefix = Key.parse(query.prefix ?? '/')
  const selected = entries
    .filter(({ key }) => prefix.isAncestorOf(key))
    .filter(({ key }) => recursive || key.depth === prefix.depth + 1)
    .filter(entry => holds(where, entry))
    .sort((a, b) => Key.compare(a.key, b.key))
  for (const { field, descending = false } of [...orderBy].reverse()) {
    selected.sort((a, b) => compareField(read(field, a), read(field, b), descending))
  }
  const rest = past(selected, orderBy, query.after)
  return rest
    ?.slice(offset, limit === undefined ? undefined : offset + limit)
    .map(({ key, value, stat }) => ({
      key,
      ...(query.keysOnly !== true && { value }),
      ...(query.withStat === true && { stat }),
    }))
}

function past<V>(
  sorted: readonly WholeEntry<V>[],
  [first]: readonly Order[],
  after: string | undefined,
): readonly WholeEntry<V>[] | undefined {
  if (after === undefined) return sorted
  const start = Key.parse(after)
  if (first === undefined || first.field === 'key') {
    const sign = first?.descending === true ? -1 : 1
    return sorted.filter(({ key }) => Key.compare(key, start) * sign > 0)
  }
  const index = sorted.findIndex(({ key }) => key.equals(start))
  return index < 0 ? undefined : sorted.slice(index + 1)
}

function read(field: string, { key, value, stat }: WholeEntry<unknown>): unknown {
  if (field === 'key') return key
  if (field === 'size') return stat.size
  if (field === 'mtime') return stat.mtime
  const path = field === 'value' ? [] : field.replace(/^value\./, '').split('.')
  const json = value instanceof Uint8Array ? jsonOf(value) : value
  if (path.length === 0) return value instanceof Uint8Array && !isScalar(json) ? textOf(value) : json
  let found = json
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Object.getOwnPropertyDescriptor(found, name)?.value
  }
  return found
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

/** The parsed JSON of a value; `undefined` if it is not JSON. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes).replace(/^\ufeff/, '')) as unknown
  } catch {
    return undefined
  }
}

function isScalar(value: unknown): boolean {
  return value !== undefined && (typeof value !== 'object' || value === null)
}

/** A text is searched in the whole text of the bytes, even if their JSON is a scalar. */
function searched(field: string, entry: WholeEntry<unknown>): unknown {
  const { value } = entry
  return field === 'value' && value instanceof Uint8Array ? textOf(value) : read(field, entry)
}

function holds(condition: Condition, entry: WholeEntry<unknown>): boolean {
  if ('and' in condition) return condition.and.every(part => holds(part, entry))
  if ('or' in condition) return condition.or.some(part => holds(part, entry))
  if ('not' in condition) return !holds(condition.not, entry)
  const found = read(condition.field, entry)
  const text = found instanceof Key ? found.toString() : searched(condition.field, entry)
  switch (condition.op) {
    case 'exists':
      return found !== undefined
    case 'in':
      return condition.value.some(value => compares('=', found, value))
    case 'prefix':
      return typeof text === 'string' && text.startsWith(condition.value)
    case 'contains':
      if (Array.isArray(text)) return text.some(item => item === condition.value)
      return typeof text === 'string' && text.includes(condition.value)
    case 'matches':
      return typeof text === 'string' && new RegExp(condition.value, 'u').test(text)
    default:
      return compares(condition.op, found, condition.value)
  }
}

function compares(op: string, found: unknown, value: unknown): boolean {
  if (found instanceof Key)
    return typeof value === 'string' && signFits(op, Key.compare(found, Key.parse(value)))
  if (op === '=' && found === value) return true
  if (op === '!=') return typeOf(found) === typeOf(value) && found !== value
  if (typeof found === 'number' && typeof value === 'number') return signFits(op, found - value)
  if (typeof found === 'string' && typeof value === 'string')
    return signFits(op, found < value ? -1 : found > value ? 1 : 0)
  return false
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}

function signFits(op: string, sign: number): boolean {
  if (sign === 0) return op === '<=' || op === '>=' || op === '='
  return op === '!=' || (sign < 0 ? op === '<' || op === '<=' : op === '>' || op === '>=')
}

const TYPES = ['number', 'string', 'boolean', 'null']

function compareField(a: unknown, b: unknown, descending: boolean): number {
  if (a instanceof Key && b instanceof Key) return Key.compare(a, b) * (descending ? -1 : 1)
  const [left, right] = [TYPES.indexOf(typeOf(a)), TYPES.indexOf(typeOf(b))]
  if (left < 0 || right < 0) return Number(left < 0) - Number(right < 0)
  const sign =
    left === right
      ? (a as number) < (b as number)
        ? -1
        : (a as number) > (b as number)
          ? 1
          : 0
      : left - right
  return descending ? -sign : sign
}
