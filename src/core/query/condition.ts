import { RE2JS } from 're2js'
import { Key } from '../key.ts'
import { type Facts, type Field, type FieldKind, parseField, readField } from './field.ts'
import type { Comparison, Condition, Scalar } from './query.ts'

export type Test = (facts: Facts) => boolean
type FieldCondition = Extract<Condition, { readonly field: string }>

/** Makes a parsed condition into a function. */
export function testOf(condition: Condition): Test {
  if ('and' in condition) {
    const tests = condition.and.map(testOf)
    return facts => tests.every(test => test(facts))
  }
  if ('or' in condition) {
    const tests = condition.or.map(testOf)
    return facts => tests.some(test => test(facts))
  }
  if ('not' in condition) {
    const test = testOf(condition.not)
    return facts => !test(facts)
  }
  const field = parseField(condition.field)
  return field.kind === 'key' ? keyTest(condition) : fieldTest(field, condition)
}

/** The kinds of field that a condition speaks of. */
export function kindsOf(condition: Condition): ReadonlySet<FieldKind> {
  if ('field' in condition) return new Set([parseField(condition.field).kind])
  const parts = 'and' in condition ? condition.and : 'or' in condition ? condition.or : [condition.not]
  return new Set(parts.flatMap(part => [...kindsOf(part)]))
}

/** The conditions that must all hold, taken out of nested `and`s. */
export function conjunctsOf(condition: Condition): readonly Condition[] {
  return 'and' in condition ? condition.and.flatMap(conjunctsOf) : [condition]
}

/** Keys compare as keys, by `Key.compare`; `prefix`, `contains` and `matches` look at their text. */
function keyTest(condition: FieldCondition): Test {
  switch (condition.op) {
    case 'exists':
      return () => true
    case 'prefix':
    case 'contains':
    case 'matches': {
      const test = textTest(condition.op, condition.value)
      return facts => test(facts.key.toString())
    }
    case 'in': {
      const texts = condition.value.filter(value => typeof value === 'string')
      const keys = new Set(texts.map(text => Key.parse(text).toString()))
      return facts => keys.has(facts.key.toString())
    }
    default: {
      const { op, value } = condition
      if (typeof value !== 'string') return () => false
      const other = Key.parse(value)
      return facts => isInOrder(op, Key.compare(facts.key, other))
    }
  }
}

function fieldTest(field: Field, condition: FieldCondition): Test {
  switch (condition.op) {
    case 'exists':
      return facts => readField(field, facts) !== undefined
    case 'prefix':
    case 'contains':
    case 'matches': {
      const { op, value } = condition
      const test = textTest(op, value)
      return facts => {
        const found = readField(field, facts)
        if (op === 'contains' && Array.isArray(found)) return found.includes(value)
        return typeof found === 'string' && test(found)
      }
    }
    case 'in': {
      const scalars = new Set<unknown>(condition.value)
      return facts => scalars.has(readField(field, facts))
    }
    default: {
      const { op, value } = condition
      return facts => isTrueOf(op, readField(field, facts), value)
    }
  }
}

function textTest(op: 'prefix' | 'contains' | 'matches', value: string): (text: string) => boolean {
  if (op === 'prefix') return text => text.startsWith(value)
  if (op === 'contains') return text => text.includes(value)
  const pattern = patternOf(value)
  return text => pattern.test(text)
}

/** Only like meets like: another type, or nothing at all, makes no comparison true, `!=` included. */
function isTrueOf(op: Comparison, found: unknown, value: Scalar): boolean {
  if (found === undefined || (found === null) !== (value === null) || typeof found !== typeof value)
    return false
  if (op === '=') return found === value
  if (op === '!=') return found !== value && !Number.isNaN(found)
  if (typeof found === 'number' && typeof value === 'number') return isInOrder(op, found - value)
  if (typeof found === 'string' && typeof value === 'string') {
    return isInOrder(op, found < value ? -1 : found > value ? 1 : 0)
  }
  return false
}

function isInOrder(op: Comparison, difference: number): boolean {
  switch (op) {
    case '<':
      return difference < 0
    case '<=':
      return difference <= 0
    case '=':
      return difference === 0
    case '!=':
      return difference !== 0
    case '>=':
      return difference >= 0
    case '>':
      return difference > 0
  }
}

/** A compiled regular expression. */
interface Pattern {
  /** Whether it is found anywhere in `text`, in time linear in the text. */
  test(text: string): boolean
}

/**
 * Compiles a regular expression for matching in linear time (source: Cox, "Regular Expression Matching Can Be Simple And
 * Fast", 2007). JavaScript's own backtracks: `^/(a+)+$` takes time exponential in the text.
 * @throws Error for what RE2 lacks: look-around, back-references, repetitions over 1000.
 */
export function patternOf(expression: string): Pattern {
  return RE2JS.compile(RE2JS.translateRegExp(expression))
}
