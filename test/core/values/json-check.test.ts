import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findJsonProblem } from '../../../src/core/values/json-check.ts'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('findJsonProblem', () => {
  it('agrees with JSON.parse on valid JSON in any layout', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (text, space) => {
        const laidOut = JSON.stringify(JSON.parse(text), undefined, space)
        expect(findJsonProblem(laidOut)).toBeUndefined()
      }),
    )
  })

  it('agrees with JSON.parse on damaged JSON', () => {
    const damaged = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.nat(2),
        fc.constantFrom('', ',', '}', ']', '"', '\\', '1', '\n', '{', 'x'),
      )
      .map(([text, at, removed, insert]) => {
        const from = at % (text.length + 1)
        return text.slice(0, from) + insert + text.slice(from + removed)
      })
    fc.assert(
      fc.property(damaged, text => {
        expect(findJsonProblem(text) === undefined).toBe(isJson(text))
      }),
      { numRuns: 5000 },
    )
  })

  it('agrees with JSON.parse on tokens in any order', () => {
    const tokens = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"\\u00e9"',
        '"\\x"',
        '"',
        '0',
        '-1',
        '01',
        '1.',
        '.5',
        '1e+9',
        '-',
      ],
      ...['true', 'false', 'null', 'nul', 'NaN', "'a'", ' ', '\n', '\u00a0', '\uFEFF', '//'],
    )
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 8 }), list => {
        expect(findJsonProblem(list.join('')) === undefined).toBe(isJson(list.join('')))
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['{"a" 1}', 5, 'Expected ":", found "1"'],
    ['{"a": 1,}', 8, 'Expected a name in double quotes, found "}"'],
    ['[1 2]', 3, 'Expected "," or "]", found "2"'],
    ['{"a":\n tru}', 7, 'Expected a value, found "tru"'],
    ['"ab\ncd"', 0, 'This string holds a line break or another control character'],
    ['{} x', 3, 'Expected nothing more, found "x"'],
    ['', 0, 'The text ends where a value is expected'],
  ])('reports the problem of %j with its position', (text, from, message) => {
    expect(findJsonProblem(text)).toMatchObject({ from, message })
  })

  it('accepts a million open brackets without recursion, and megabytes in one string', () => {
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000)
    expect(findJsonProblem(deep)).toBeUndefined()
    expect(findJsonProblem(`"${'x'.repeat(8_000_000)}"`)).toBeUndefined()
  })
})
