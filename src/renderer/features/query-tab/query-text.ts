import { findNodeAtLocation, parseTree } from 'jsonc-parser'
import type { Condition, Order, Query } from '../../../core/query/query.ts'
import type { QueryProblem } from '../../../shared/procedures/query.ts'

type Test = Extract<Condition, { readonly field: string }>

/** A condition as the builder shows it, in words of people. */
export type ConditionRow =
  /** One test, `isNot` for what must not hold. */
  | { readonly type: 'test'; readonly test: Test; readonly isNot: boolean }
  /** What only JSON can say. */
  | { readonly type: 'other'; readonly condition: unknown }

/** A query as the builder shows it: all of it can be made of the JSON, and the JSON of it. */
export interface BuiltQuery {
  readonly query: Query
  /** Whether one of the conditions is enough. */
  readonly isAny: boolean
  readonly rows: readonly ConditionRow[]
}

export function queryText(query: Query): string {
  return `${JSON.stringify(query, undefined, 2)}\n`
}

/** `undefined` for a text that is no JSON object. */
export function readQuery(text: string): BuiltQuery | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  if (!isRecord(json)) return undefined
  // The host reports what is invalid. It is kept unchanged.
  const query = json as Query
  const { where } = json
  const isAny = isRecord(where) && Object.keys(where).length === 1 && Array.isArray(where['or'])
  return { query, isAny, rows: conditionsOf(where).map(rowOf) }
}

/** The query with other conditions. */
export function withRows({ query, isAny }: BuiltQuery, rows: readonly ConditionRow[], any = isAny): Query {
  const conditions = rows.map(conditionOf)
  const [first] = conditions
  if (first === undefined) return withChange(query, { where: undefined })
  const isAlone = conditions.length === 1 && !any
  return { ...query, where: isAlone ? first : any ? { or: conditions } : { and: conditions } }
}

/** The query with `change`; what is `undefined` in it is left out. */
export function withChange(query: Query, change: Partial<Query>): Query {
  return Object.fromEntries(
    Object.entries({ ...query, ...change }).filter(([, value]) => value !== undefined),
  )
}

export function firstOrder({ orderBy }: Query): Order | undefined {
  return Array.isArray(orderBy) ? (orderBy[0] as Order | undefined) : undefined
}

function conditionsOf(where: unknown): readonly unknown[] {
  if (where === undefined) return []
  if (!isRecord(where) || Object.keys(where).length !== 1) return [where]
  if (Array.isArray(where['and'])) return where['and'] as unknown[]
  return Array.isArray(where['or']) ? (where['or'] as unknown[]) : [where]
}

function rowOf(condition: unknown): ConditionRow {
  const isNot = isRecord(condition) && Object.keys(condition).length === 1 && 'not' in condition
  const test = isNot ? condition['not'] : condition
  return isTest(test) ? { type: 'test', test, isNot } : { type: 'other', condition }
}

function conditionOf(row: ConditionRow): Condition {
  // It came out of the JSON, and goes back as it was.
  if (row.type === 'other') return row.condition as Condition
  return row.isNot ? { not: row.test } : row.test
}

/** Whether the builder has a place for all of it. */
function isTest(json: unknown): json is Test {
  if (!isRecord(json) || typeof json['field'] !== 'string' || typeof json['op'] !== 'string') return false
  const isKnown = Object.keys(json).every(name => ['field', 'op', 'value', 'ignoreCase'].includes(name))
  if (!isKnown || !isOffered(json['field'], json['op'])) return false
  const { value } = json
  if (json['op'] === 'exists') return value === undefined
  if (subjectOf(json['field']) === 'size' || subjectOf(json['field']) === 'mtime')
    return typeof value === 'number'
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

/** What a condition is about. */
export type Subject = 'key' | 'size' | 'mtime' | 'value' | 'path'

export const SUBJECTS: readonly (readonly [Subject, string])[] = [
  ['key', 'Key'],
  ['value', 'Text in the value'],
  ['path', 'Field of the JSON'],
  ['size', 'Size'],
  ['mtime', 'Changed'],
]

export function subjectOf(field: string): Subject {
  return field === 'key' || field === 'size' || field === 'mtime' || field === 'value' ? field : 'path'
}

type Operator = Test['op']

const TEXT: readonly (readonly [Operator, string])[] = [
  ['contains', 'contains'],
  ['prefix', 'begins with'],
  ['matches', 'matches the expression'],
]

const NUMBER: readonly (readonly [Operator, string])[] = [
  ['>=', 'at least'],
  ['<=', 'at most'],
  ['>', 'above'],
  ['<', 'below'],
]

export const OPERATORS: Readonly<Record<Subject, readonly (readonly [Operator, string])[]>> = {
  key: [['contains', 'contains'], ['glob', 'matches the pattern'], ...TEXT.slice(1), ['=', 'is']],
  value: [...TEXT, ['hasBytes', 'has the bytes (hex)']],
  path: [['=', 'is'], ['!=', 'is another than'], ...NUMBER, ...TEXT, ['exists', 'is there']],
  size: [...NUMBER, ['=', 'is']],
  mtime: [
    ['>=', 'after'],
    ['<', 'before'],
  ],
}

function isOffered(field: string, op: string): boolean {
  return OPERATORS[subjectOf(field)].some(([offered]) => offered === op)
}

export function isTextOperator(op: string): boolean {
  return ['contains', 'prefix', 'matches', 'glob'].includes(op)
}

/** A new condition about a subject. */
export function newTest(subject: Subject): Test {
  switch (subject) {
    case 'size':
      return { field: 'size', op: '>=', value: 1024 * 1024 }
    case 'mtime':
      return { field: 'mtime', op: '>=', value: new Date().setHours(0, 0, 0, 0) }
    case 'path':
      return { field: 'name', op: '=', value: '' }
    default:
      return { field: subject, op: 'contains', value: '' }
  }
}

/** The same condition with another operator, its value as far as it fits. */
export function withOperator(test: Test, op: Operator): Test {
  const { field } = test
  const value = 'value' in test ? test.value : ''
  if (op === 'exists') return { field, op }
  const fitting =
    isTextOperator(op) || op === 'hasBytes' ? (typeof value === 'string' ? value : String(value)) : value
  const ignoreCase = 'ignoreCase' in test && isTextOperator(op) && test.ignoreCase === true
  // One of the offered operators, with a value of its sort.
  return { field, op, value: fitting, ...(ignoreCase && { ignoreCase }) } as Test
}

/** The value of a field as it is typed: a number, `true`, `false`, `null` or a text in quotes is one; else a text. */
export function typedScalar(text: string): string | number | boolean | null {
  try {
    const value: unknown = JSON.parse(text)
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
      return value as string | number | boolean | null
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return text
}

/** What is typed to get the value. */
export function scalarText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return typedScalar(value) === value ? value : JSON.stringify(value)
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
}

/** `1.5 MiB`, `20k`, `300`; `undefined` for an invalid size. */
export function typedSize(text: string): number | undefined {
  const [, digits, unit = ''] = /^\s*([0-9]+(?:[.,][0-9]+)?)\s*([bkmgt]?)(?:i?b|ytes?)?\s*$/i.exec(text) ?? []
  const factor = UNITS[unit.toLowerCase()]
  return digits === undefined || factor === undefined
    ? undefined
    : Math.round(Number(digits.replace(',', '.')) * factor)
}

export function sizeText(bytes: number): string {
  const [unit, factor] =
    (
      [
        ['GiB', 2 ** 30],
        ['MiB', 2 ** 20],
        ['KiB', 2 ** 10],
      ] as const
    ).find(([, size]) => bytes >= size && bytes % (size / 4) === 0) ?? ([undefined, 1] as const)
  return unit === undefined ? String(bytes) : `${bytes / factor} ${unit}`
}

/** Local time as a field of a browser writes it: `2026-03-01T09:05`. */
export function timeText(time: number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return ''
  return new Date(time - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}

/** Where in the text a problem is: its line from 1, and the place in UTF-16 code units. */
export function placeOf(
  text: string,
  { offset, path }: Pick<QueryProblem, 'offset' | 'path'>,
):
  | { readonly line: number; readonly column: number; readonly start: number; readonly end: number }
  | undefined {
  const node = path === undefined ? undefined : nodeAt(text, path)
  const start = offset ?? node?.offset
  if (start === undefined) return undefined
  const before = text.slice(0, start)
  const line = before.split('\n').length
  return { line, column: start - before.lastIndexOf('\n'), start, end: start + (node?.length ?? 1) }
}

/** The node at `where.and[1].op`, or the nearest one around it. */
function nodeAt(text: string, path: string) {
  const root = parseTree(text)
  const names = [...path.matchAll(/[^.[\]]+/g)].map(([name]) => (/^[0-9]+$/.test(name) ? Number(name) : name))
  for (let depth = names.length; root !== undefined && depth > 0; depth--) {
    const found = findNodeAtLocation(root, names.slice(0, depth))
    if (found !== undefined) return found
  }
  return root
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
