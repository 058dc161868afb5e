import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { conjunctsOf, kindsOf, testOf } from '../../../src/core/query/condition.ts'
import { type Facts, parseField, readField } from '../../../src/core/query/field.ts'
import { parseCondition } from '../../../src/core/query/parse-condition.ts'
import type { Condition } from '../../../src/core/query/query.ts'

const factsOf = (value: unknown, text = '/a/b'): Facts => ({
  key: Key.parse(text),
  size: 3,
  mtime: 1000,
  value,
})
const holds = (condition: Condition, facts: Facts) => testOf(parseCondition(condition))(facts)

describe('conditions', () => {
  it('Q4 values are not coerced: numbers compare with numbers, texts with texts', () => {
    const facts = factsOf({ ten: '10', five: 5, yes: true, none: null, zero: 0, empty: '' })
    const truths: readonly Condition[] = [
      { field: 'five', op: '<', value: 10 },
      { field: 'ten', op: '<', value: '5' },
      { field: 'yes', op: '=', value: true },
      { field: 'yes', op: '!=', value: false },
      { field: 'none', op: '=', value: null },
      { field: 'zero', op: '>=', value: 0 },
      { field: 'empty', op: 'exists' },
      { field: 'none', op: 'exists' },
      { field: 'zero', op: 'in', value: ['0', 0] },
    ]
    const lies: readonly Condition[] = [
      { field: 'ten', op: '>', value: 5 },
      { field: 'five', op: '=', value: '5' },
      { field: 'yes', op: '=', value: 1 },
      { field: 'yes', op: '>', value: false },
      { field: 'none', op: '=', value: 0 },
      { field: 'none', op: '<=', value: null },
      { field: 'zero', op: '=', value: false },
      { field: 'empty', op: '=', value: 0 },
      { field: 'zero', op: 'in', value: ['0', false, null] },
      { field: 'five', op: 'prefix', value: '5' },
      { field: 'none', op: 'matches', value: 'null' },
    ]
    for (const condition of truths) expect(holds(condition, facts), JSON.stringify(condition)).toBe(true)
    for (const condition of lies) expect(holds(condition, facts), JSON.stringify(condition)).toBe(false)
  })

  it('Q4 the law of !=: for equal types exactly one of = and != is true, otherwise neither', () => {
    const scalar = fc.oneof(
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom('a', '0', ''),
      fc.boolean(),
      fc.constant(null),
    )
    fc.assert(
      fc.property(fc.option(scalar, { nil: undefined }), scalar, (found, value) => {
        const facts = factsOf(found === undefined ? {} : { f: found })
        const [equal, unequal, complement] = [
          holds({ field: 'f', op: '=', value }, facts),
          holds({ field: 'f', op: '!=', value }, facts),
          holds({ not: { field: 'f', op: '=', value } }, facts),
        ]
        const isAlike =
          found !== undefined && (found === null) === (value === null) && typeof found === typeof value
        expect(Number(equal) + Number(unequal)).toBe(isAlike ? 1 : 0)
        expect(complement).toBe(!equal)
      }),
    )
  })

  it('Q4 a field is reached by path, through own properties only', () => {
    const value = {
      address: { city: 'Rome', 'a.b': 1 },
      items: 2,
      tags: ['x', 'y'],
      key: { size: 3 },
      value: 4,
      '': 5,
    }
    const read = (field: string) => readField(parseField(field), factsOf(value))
    expect(read('address.city')).toBe('Rome')
    expect(read('value.address.city')).toBe('Rome')
    expect(read('address.a\\.b')).toBe(1)
    expect(read('items')).toBe(2)
    expect(read('tags.1')).toBe('y')
    expect(read('key.size')).toBe(3)
    expect(read('value.value')).toBe(4)
    expect(read('value')).toBe(value)
    expect(read('value.')).toBe(5)
    for (const absent of [
      'constructor',
      'toString',
      '__proto__',
      'tags.length',
      'address.city.length',
      'tags.2',
      'no.such',
    ]) {
      expect(read(absent), absent).toBeUndefined()
    }
    expect([read('size'), read('mtime'), String(read('key'))]).toEqual([3, 1000, '/a/b'])
  })

  it('Q4 a field with the name of an entry field is reached through value', () => {
    const facts = factsOf({ key: 'inner', size: -1 })
    expect(holds({ field: 'value.key', op: '=', value: 'inner' }, facts)).toBe(true)
    expect(holds({ field: 'value.size', op: '=', value: -1 }, facts)).toBe(true)
    expect(holds({ field: 'size', op: '=', value: 3 }, facts)).toBe(true)
  })

  it('Q4 bytes have no fields', () => {
    const facts = factsOf(new Uint8Array([1, 2]))
    expect(holds({ field: '0', op: 'exists' }, facts)).toBe(false)
    expect(holds({ field: 'length', op: 'exists' }, facts)).toBe(false)
    expect(holds({ field: 'value', op: 'exists' }, facts)).toBe(true)
  })

  it('Q4 K10 keys compare as keys, and text operators use their text', () => {
    const facts = factsOf(undefined, '/a/b')
    expect(holds({ field: 'key', op: '<', value: '/a-b' }, facts)).toBe(true)
    expect(holds({ field: 'key', op: '=', value: 'a//b/' }, facts)).toBe(true)
    expect(holds({ field: 'key', op: 'in', value: ['/x', '/a/b/'] }, facts)).toBe(true)
    expect(holds({ field: 'key', op: '>', value: 5 }, facts)).toBe(false)
    expect(holds({ field: 'key', op: '!=', value: 5 }, facts)).toBe(false)
    expect(holds({ field: 'key', op: 'prefix', value: '/a/' }, facts)).toBe(true)
    expect(holds({ field: 'key', op: 'matches', value: '/b$' }, facts)).toBe(true)
    expect(holds({ field: 'key', op: 'exists' }, facts)).toBe(true)
  })

  it('Q4 contains finds a substring in a text, or an item in a list', () => {
    const facts = factsOf({ text: 'abc', list: ['abc', 'd'] })
    expect(holds({ field: 'text', op: 'contains', value: 'b' }, facts)).toBe(true)
    expect(holds({ field: 'list', op: 'contains', value: 'd' }, facts)).toBe(true)
    expect(holds({ field: 'list', op: 'contains', value: 'b' }, facts)).toBe(false)
  })

  it('Q4 a pattern keeps no state between entries', () => {
    const test = testOf({ field: 'key', op: 'matches', value: 'a' })
    expect([1, 2, 3].map(() => test(factsOf(undefined)))).toEqual([true, true, true])
  })

  it('Q4 and, or and not, including empty ones', () => {
    const facts = factsOf({})
    const [yes, no] = [{ field: 'key', op: 'exists' } as const, { field: 'x', op: 'exists' } as const]
    expect(holds({ and: [] }, facts)).toBe(true)
    expect(holds({ or: [] }, facts)).toBe(false)
    expect(holds({ and: [yes, no] }, facts)).toBe(false)
    expect(holds({ or: [no, yes] }, facts)).toBe(true)
    expect(holds({ not: { or: [no] } }, facts)).toBe(true)
  })

  it('Q8 which fields conditions read, and which conditions must all hold', () => {
    const condition: Condition = {
      and: [
        { field: 'key', op: 'exists' },
        { and: [{ or: [{ field: 'size', op: 'exists' }, { not: { field: 'a', op: 'exists' } }] }] },
      ],
    }
    expect([...kindsOf(condition)].sort()).toEqual(['key', 'size', 'value'])
    expect(conjunctsOf(condition).map(part => Object.keys(part)[0])).toEqual(['field', 'or'])
  })
})

describe('matches', () => {
  it('Q10 a malicious expression takes time linear in the text', () => {
    // A backtracking matcher takes 2^100,000 steps here.
    const test = testOf({ field: 'key', op: 'matches', value: '^/(a+)+$' })
    expect(test(factsOf(null, `/${'a'.repeat(100_000)}!`))).toBe(false)
  })

  it('Q10 an expression that cannot be matched in linear time is a TypeError', () => {
    for (const value of ['(?=a)', '(?<=a)b', '(a)\\1', 'a{1001}'])
      expect(() => parseCondition({ field: 'key', op: 'matches', value })).toThrow(TypeError)
  })

  it('Q10 escapes of JavaScript are supported', () => {
    for (const value of ['\\u0061', '\\u{61}', '\\/a', '^/(?<name>a)$', '\\p{Ll}'])
      expect(testOf({ field: 'key', op: 'matches', value })(factsOf(null, '/a'))).toBe(true)
  })
})
