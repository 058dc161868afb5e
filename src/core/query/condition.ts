import { RE2JS } from 're2js'
import { Key } from '../key.ts'
import { END, makeLeaf } from '../key-index/leaf.ts'
import { matcherOf } from '../key-index/search/matcher.ts'
import { followedBy } from '../ordered/byte-order.ts'
import { encodeKey } from '../ordered/strata/key-bytes.ts'
import { type Facts, type Field, type FieldKind, parseField, readField } from './field.ts'
import type { Comparison, Condition, Scalar, TextOperator } from './query.ts'
import { ValueView } from './value-view.ts'

export type Test = (facts: Facts) => boolean
type FieldCondition = Extract<Condition, { readonly field: string }>
type TextCondition = Extract<Condition, { readonly op: TextOperator }>

/** Compiles a parsed condition to a function. */
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

/** The kinds of field that a condition uses. */
export function kindsOf(condition: Condition): ReadonlySet<FieldKind> {
  if ('field' in condition) return new Set([parseField(condition.field).kind])
  const parts = 'and' in condition ? condition.and : 'or' in condition ? condition.or : [condition.not]
  return new Set(parts.flatMap(part => [...kindsOf(part)]))
}

/** The conditions that must all hold, with nested `and`s flattened. */
export function conjunctsOf(condition: Condition): readonly Condition[] {
  return 'and' in condition ? condition.and.flatMap(conjunctsOf) : [condition]
}

/** Keys are compared by `Key.compare`. `prefix`, `contains`, `matches` and `glob` use their text. */
function keyTest(condition: FieldCondition): Test {
  switch (condition.op) {
    case 'exists':
      return () => true
    case 'glob': {
      const test = globTest(condition.value, condition.ignoreCase === true)
      return facts => test(facts.key)
    }
    case 'prefix':
    case 'contains':
    case 'matches': {
      const test = textTest(condition)
      return facts => test(facts.key.toString())
    }
    case 'hasBytes':
      return () => false
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
    case 'glob':
      return () => false
    case 'hasBytes': {
      const bytes = hexBytes(condition.value) ?? new Uint8Array()
      return ({ value }) => value instanceof ValueView && value.hasBytes(bytes)
    }
    case 'prefix':
    case 'contains':
    case 'matches':
      return fieldTextTest(field, condition)
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

function fieldTextTest(field: Field, condition: TextCondition): Test {
  const { op, value, ignoreCase } = condition
  const test = textTest(condition)
  const isWhole = field.kind === 'value' && field.path.length === 0
  const isPlain = op === 'contains' && ignoreCase !== true
  return facts => {
    if (isWhole && facts.value instanceof ValueView)
      return isPlain ? facts.value.hasText(value) : test(facts.value.text)
    const found = readField(field, facts)
    if (op === 'contains' && Array.isArray(found))
      return isPlain
        ? found.includes(value)
        : found.some(item => typeof item === 'string' && isAlike(item, value))
    return typeof found === 'string' && test(found)
  }
}

function textTest({ op, value, ignoreCase = false }: TextCondition): (text: string) => boolean {
  if (op === 'matches') {
    const pattern = patternOf(value, ignoreCase)
    return text => pattern.test(text)
  }
  if (ignoreCase) {
    const lower = value.toLowerCase()
    if (op === 'prefix') return text => text.toLowerCase().startsWith(lower)
    return text => text.toLowerCase().includes(lower)
  }
  return op === 'prefix' ? text => text.startsWith(value) : text => text.includes(value)
}

function isAlike(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** @throws TypeError for a pattern that is cut off. */
export function globTest(glob: string, ignoreCase: boolean): (key: Key) => boolean {
  const matcher = matcherOf({ kind: 'glob', text: glob, isCaseSensitive: !ignoreCase })
  return key => {
    const bytes = followedBy(encodeKey(key), END)
    const leaf = makeLeaf(bytes, Uint32Array.of(0, bytes.length), 0, 1, length => new ArrayBuffer(length))
    let isHit = false
    matcher.match(leaf, 0, 1, () => {
      isHit = true
    })
    return isHit
  }
}

/** The bytes of `89 50 4e 47`, blanks or none between them; `undefined` for a text of another sort. */
export function hexBytes(text: string): Uint8Array | undefined {
  const digits = text.replaceAll(/\s/g, '')
  if (digits === '' || digits.length % 2 === 1 || !/^[0-9a-f]+$/i.test(digits)) return undefined
  return Uint8Array.from(digits.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
}

/**
 * Only values of the same type are compared. For another type, or no value, every comparison is false, including `!=`.
 */
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

/** A compiled regular expression. Both calls take time linear in the text. */
interface Pattern {
  /** Whether it matches anywhere in `text`. */
  test(text: string): boolean
  /** Where the first match begins and ends. */
  find(text: string): readonly [start: number, end: number] | undefined
}

/**
 * Compiles a regular expression for matching in linear time (source: Cox, "Regular Expression Matching Can Be Simple
 * And Fast", 2007). JavaScript's own engine backtracks: `^/(a+)+$` takes exponential time.
 * @throws Error for features that RE2 lacks: look-around, back-references, repetitions over 1000.
 */
export function patternOf(expression: string, ignoreCase = false): Pattern {
  const pattern = RE2JS.compile(RE2JS.translateRegExp(expression), ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
  return {
    test: text => pattern.test(text),
    find(text) {
      const matcher = pattern.matcher(text)
      return matcher.find() ? [matcher.start(), matcher.end()] : undefined
    },
  }
}
