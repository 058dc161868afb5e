import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundsText, numberText } from '../../../../../src/renderer/features/stack-editor/form/number-text.ts'

describe('number-text', () => {
  it('X2 takes what JSON takes, every digit as it was typed', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,3})?(e[+-]?\d{1,2})?$/)
    fc.assert(
      fc.property(digits, typed => {
        expect(numberText(` ${typed} `)).toBe(typed)
      }),
    )
  })

  it.each([
    ['+5', '5'],
    ['007', '7'],
    ['-.5', '-0.5'],
    ['', undefined],
    ['1,5', undefined],
    ['1.', undefined],
    ['0x10', undefined],
    ['Infinity', undefined],
  ])('X2 reads %j as %j', (typed, number) => {
    expect(numberText(typed)).toBe(number)
  })

  it('X2 says the bounds', () => {
    const control = (range: { min?: number; max?: number }, isInteger = true) =>
      boundsText({ type: 'number', isInteger, range })
    expect([control({ min: 1, max: 64 }), control({ min: 1 }), control({ max: 9 }), control({})]).toEqual([
      '1 to 64',
      'at least 1',
      'at most 9',
      'whole number',
    ])
    expect(boundsText({ type: 'number', isInteger: false, range: { above: 0 } })).toBe('more than 0')
    expect(control({}, false)).toBe('')
  })
})
