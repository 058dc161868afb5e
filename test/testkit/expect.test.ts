import { AssertionError } from 'node:assert'
import { describe, expect, it } from 'vitest'
import { Key } from '../../src/core/key.ts'
import { expect as expectOurs } from '../../src/testkit/expect.ts'

const bytes = new Uint8Array([1, 2])

const holding: Record<string, () => void> = {
  'the same value': () => expectOurs(Number.NaN).toBe(Number.NaN),
  'equal fields': () => expectOurs({ a: [1, { b: 2 }], c: undefined }).toEqual({ a: [1, { b: 2 }] }),
  'a buffer and its bytes': () => expectOurs(Buffer.from([1, 2])).toEqual(bytes),
  'equal keys': () => expectOurs([Key.parse('/a')]).toEqual([Key.of('a')]),
  'a part of the fields': () => expectOurs({ a: 1, b: { c: 2, d: 3 } }).toMatchObject({ b: { c: 2 } }),
  'fields of an error': () => expectOurs(new Error('no')).toMatchObject({ message: 'no' }),
  'an item': () => expectOurs([{ a: 1 }]).toContainEqual({ a: 1 }),
  'a part of a text': () => expectOurs('abc').toContain('b'),
  'a thrown error': () =>
    expectOurs(() => {
      throw new RangeError('no')
    }).toThrow(RangeError),
}

const failing: Record<string, () => void> = {
  'another value': () => expectOurs(0).toBe(-0),
  'another field': () => expectOurs({ a: 1 }).toEqual({ a: 1, b: 2 }),
  'a number and its text': () => expectOurs({ a: 1 }).toEqual({ a: '1' }),
  'other bytes': () => expectOurs(Buffer.from([1, 3])).toEqual(bytes),
  'bytes and a list': () => expectOurs(bytes).toEqual([1, 2]),
  'another key': () => expectOurs(Key.of('a')).toEqual(Key.of('b')),
  'a key and its text': () => expectOurs(Key.of('a')).toEqual('/a'),
  'another part of the fields': () => expectOurs({ a: 1, b: 2 }).toMatchObject({ b: 3 }),
  'fields of nothing': () => expectOurs(undefined).toMatchObject({ a: 1 }),
  'another class': () => expectOurs(new TypeError()).toBeInstanceOf(RangeError),
  'a call that throws nothing': () => expectOurs(() => 1).toThrow(RangeError),
  'a call that throws another error': () =>
    expectOurs(() => {
      throw new TypeError()
    }).toThrow(RangeError),
  'no such item': () => expectOurs([{ a: 1 }]).toContainEqual({ a: 2 }),
  'no such part': () => expectOurs('abc').toContain('d'),
  'another length': () => expectOurs([1]).toHaveLength(2),
  'a text of another form': () => expectOurs('abc').toMatch(/^b/),
  undefined: () => expectOurs(undefined).toBeDefined(),
  defined: () => expectOurs(0).toBeUndefined(),
  'too much': () => expectOurs(2).toBeLessThanOrEqual(1),
  'too little': () => expectOurs(1).toBeGreaterThan(1),
  'less than the least': () => expectOurs(0).toBeGreaterThanOrEqual(1),
}

describe('expect() of the testkit', () => {
  it.each(Object.keys(holding))('D19 passes for %s', name => {
    holding[name]?.()
  })

  it.each(Object.keys(failing))('D19 throws an AssertionError for %s', name => {
    expect(failing[name]).toThrow(AssertionError)
  })

  it('D19 rejects fails if a promise is fulfilled, and if it rejects with another reason', async () => {
    await expectOurs(Promise.reject(new RangeError('no'))).rejects.toBeInstanceOf(RangeError)
    await expectOurs(Promise.reject(new RangeError('no'))).rejects.toMatchObject({ message: 'no' })
    await expect(expectOurs(Promise.resolve(1)).rejects.toBeInstanceOf(Error)).rejects.toThrow(AssertionError)
    const other = expectOurs(Promise.reject(new TypeError('no'))).rejects.toBeInstanceOf(RangeError)
    await expect(other).rejects.toThrow(AssertionError)
  })

  it('D19 a failure shows both values and the message of the caller', () => {
    expect(() => expectOurs(1, 'sizes agree').toBe(2)).toThrow(/sizes agree\n[^]*1 !== 2/)
  })
})
