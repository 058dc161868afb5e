import { Key } from '../key.ts'
import { globTest, hexBytes, patternOf } from './condition.ts'
import type { Condition, Scalar } from './query.ts'

const COMPARISONS = ['<', '<=', '=', '!=', '>=', '>'] as const
const TEXT_OPERATORS = ['prefix', 'contains', 'matches', 'glob'] as const
const OPERATORS: readonly string[] = [...COMPARISONS, 'in', ...TEXT_OPERATORS, 'hasBytes', 'exists']
const MAX_DEPTH = 64

/**
 * Parses a condition from untrusted JSON.
 * @param at Its path in the query, for messages.
 * @throws TypeError that names the path and the problem; DatastoreError `KEY_INVALID` for an invalid key.
 */
export function parseCondition(json: unknown, at = 'where', depth = 0): Condition {
  if (depth > MAX_DEPTH) throw queryFault(at, `conditions are nested more than ${MAX_DEPTH} deep`)
  if (!isRecord(json)) throw queryFault(at, `a condition is an object, not ${describe(json)}`)
  if ('and' in json || 'or' in json) {
    const both = 'and' in json ? 'and' : 'or'
    refuseUnknown(json, [both], at)
    const parts = json[both]
    if (!Array.isArray(parts))
      throw queryFault(`${at}.${both}`, `a list of conditions, not ${describe(parts)}`)
    const conditions = parts.map((part, index) => parseCondition(part, `${at}.${both}[${index}]`, depth + 1))
    return both === 'and' ? { and: conditions } : { or: conditions }
  }
  if ('not' in json) {
    refuseUnknown(json, ['not'], at)
    return { not: parseCondition(json['not'], `${at}.not`, depth + 1) }
  }
  return parseTest(json, at)
}

function parseTest(json: Readonly<Record<string, unknown>>, at: string): Condition {
  const { field, op, value } = json
  if (typeof field !== 'string' || field === '')
    throw queryFault(`${at}.field`, 'the name of a field is missing')
  if (typeof op !== 'string' || !OPERATORS.includes(op)) {
    throw queryFault(`${at}.op`, `${describe(op)} is not an operator; there are ${OPERATORS.join(' ')}`)
  }
  const textOperator = TEXT_OPERATORS.find(one => one === op)
  if (op === 'exists') refuseUnknown(json, ['field', 'op'], at)
  else
    refuseUnknown(json, ['field', 'op', 'value', ...(textOperator === undefined ? [] : ['ignoreCase'])], at)
  if (op === 'exists') return { field, op }
  if (op === 'hasBytes') {
    if (field !== 'value') throw queryFault(`${at}.field`, '"hasBytes" looks at the whole value: "value"')
    if (typeof value !== 'string' || hexBytes(value) === undefined)
      throw queryFault(`${at}.value`, `bytes in hexadecimal, such as "89 50 4e 47", not ${describe(value)}`)
    return { field, op, value }
  }
  if (op === 'in') {
    if (!Array.isArray(value)) throw queryFault(`${at}.value`, `"in" takes a list, not ${describe(value)}`)
    const scalars = value.map((one: unknown, index) => scalarOf(one, `${at}.value[${index}]`))
    if (field === 'key') scalars.forEach(refuseInvalidKey)
    return { field, op, value: scalars }
  }
  if (textOperator !== undefined) {
    if (typeof value !== 'string')
      throw queryFault(`${at}.value`, `"${op}" takes a text, not ${describe(value)}`)
    const { ignoreCase } = json
    if (ignoreCase !== undefined && typeof ignoreCase !== 'boolean')
      throw queryFault(`${at}.ignoreCase`, `true or false, not ${describe(ignoreCase)}`)
    if (textOperator === 'glob') refuseInvalidGlob(field, value, at)
    if (textOperator === 'matches') refuseInvalidPattern(value, at)
    return { field, op: textOperator, value, ...(ignoreCase === true && { ignoreCase }) }
  }
  const scalar = scalarOf(value, `${at}.value`)
  if (field === 'key') refuseInvalidKey(scalar)
  return { field, op: op as (typeof COMPARISONS)[number], value: scalar }
}

function scalarOf(value: unknown, at: string): Scalar {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw queryFault(at, `a text, a finite number, true, false or null, not ${describe(value)}`)
}

function refuseInvalidKey(value: Scalar): void {
  if (typeof value === 'string') Key.parse(value)
}

function refuseInvalidGlob(field: string, glob: string, at: string): void {
  if (field !== 'key') throw queryFault(`${at}.field`, '"glob" looks at keys: "key"')
  try {
    globTest(glob, false)
  } catch (cause) {
    throw queryFault(`${at}.value`, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function refuseInvalidPattern(pattern: string, at: string): void {
  try {
    patternOf(pattern)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw queryFault(`${at}.value`, `no regular expression: ${reason}`, cause)
  }
}

/** @throws TypeError if `json` has unknown fields. */
export function refuseUnknown(
  json: Readonly<Record<string, unknown>>,
  known: readonly string[],
  at?: string,
): void {
  for (const name of Object.keys(json)) {
    if (!known.includes(name))
      throw queryFault(at, `there is no ${JSON.stringify(name)} here; there are ${known.join(', ')}`)
  }
}

export function isRecord(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

/** A `TypeError` that says where in a query the fault is: `Query where.and[1].op: "~" is not an operator`. */
export function queryFault(at: string | undefined, state: string, cause?: unknown): TypeError {
  return new TypeError(`Query${at === undefined ? '' : ` ${at}`}: ${state}`, { cause })
}

export function describe(json: unknown): string {
  if (json === null) return 'null'
  if (Array.isArray(json)) return 'a list'
  if (typeof json === 'string') return JSON.stringify(json)
  return typeof json === 'number' || typeof json === 'boolean' ? String(json) : nounOf(typeof json)
}

function nounOf(type: string): string {
  return type === 'undefined' ? 'nothing' : type === 'object' ? 'an object' : `a ${type}`
}
