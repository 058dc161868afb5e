import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { inOwnMemory, type Leaf, LeafWriter } from '../../../../src/core/key-index/leaf.ts'
import { LazyDfa } from '../../../../src/core/key-index/search/lazy-dfa.ts'
import { matcherOf, type SearchText } from '../../../../src/core/key-index/search/matcher.ts'
import { nfaOf } from '../../../../src/core/key-index/search/nfa.ts'
import { regexPattern } from '../../../../src/core/key-index/search/regex.ts'
import { Horspool } from '../../../../src/core/key-index/search/substring.ts'
import { encodeKey } from '../../../../src/core/ordered/strata/key-bytes.ts'

const unit = fc.constantFrom(
  'a',
  'b',
  'B',
  'é',
  'É',
  '0',
  '-',
  '.',
  ' ',
  '\0',
  '\u0001',
  '\n',
  '\ue000',
  '\u{1f600}',
)
const segment = fc.string({ unit, minLength: 1, maxLength: 3 }).filter(text => !/^\.\.?$/.test(text))
const key = fc.array(segment, { minLength: 1, maxLength: 2 }).map(segments => Key.of(...segments))
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 20, selector: one => one.toString() })

function leafOf(sorted: readonly Key[]): Leaf {
  const writer = new LeafWriter(inOwnMemory)
  for (const one of sorted) {
    const bytes = encodeKey(one)
    const ended = Uint8Array.from([...bytes, 0xff])
    writer.add(ended, 0, ended.length)
  }
  return writer.take()[0] as Leaf
}

function matchesOf(found: Pick<LazyDfa, 'match'>, sorted: readonly Key[]): string[] {
  const texts: string[] = []
  found.match(leafOf(sorted), 0, sorted.length, index => texts.push(sorted[index]?.toString() ?? ''))
  return texts
}

type Kind = Exclude<SearchText['kind'], 'fuzzy'>

function find(kind: Kind, text: string, all: readonly Key[], isCaseSensitive = false): string[] {
  return matchesOf(matcherOf({ kind, text, isCaseSensitive }), [...all].sort(Key.compare))
}

function expected(all: readonly Key[], isMatch: (text: string) => boolean): string[] {
  return [...all].sort(Key.compare).map(String).filter(isMatch)
}

const keysOf = (...texts: readonly string[]): Key[] => texts.map(text => Key.parse(text))

describe('substring', () => {
  const text = fc.string({ unit: fc.oneof(unit, fc.constant('/')), maxLength: 4 })

  it('agrees with includes(), case-sensitive or not', () => {
    fc.assert(
      fc.property(keys, text, (all, wanted) => {
        expect(find('substring', wanted, all, true)).toEqual(expected(all, one => one.includes(wanted)))
        const lower = wanted.toLowerCase()
        expect(find('substring', wanted, all)).toEqual(
          expected(all, one => one.toLowerCase().includes(lower)),
        )
      }),
      { numRuns: 1000 },
    )
  })

  it('agrees with Buffer.indexOf for bytes', () => {
    const bytes = fc.uint8Array({ max: 3, maxLength: 40 })
    fc.assert(
      fc.property(
        bytes,
        fc.uint8Array({ max: 3, minLength: 1, maxLength: 4 }),
        fc.nat(10),
        (all, part, from) => {
          expect(new Horspool(part, false).find(all, from)).toBe(
            Buffer.from(all).indexOf(part, Math.min(from, all.length)),
          )
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('regex', () => {
  const atom = fc.oneof(
    fc.constantFrom('a', 'b', 'B', 'é', '0', '-', ' ', '/', '.', '\\.', '\\d', '\\w', '\\W', '\\s', '\\S'),
    fc.constantFrom(
      '\\u{1f600}',
      '\\x61',
      '\\u00e9',
      '^',
      '$',
      '[ab]',
      '[^a]',
      '[a-b0]',
      '[^\\w/]',
      '[\\d-]',
      '[B-é]',
    ),
    fc.constantFrom('\u{1f600}', '\n', '\ue000', '[\\x00-a]'),
  )
  const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,}', '*?', '{2}?')
  // RegExp, the reference, takes exponential time for nested open-ended quantifiers: minutes for some expressions.
  const isQuick = (text: string) => (text.match(/[*+]|,\}/g) ?? []).length <= 3
  const { expression: anyExpression } = fc.letrec<{ expression: string; part: string }>(tie => ({
    expression: fc
      .array(fc.tuple(tie('part'), quantifier), { maxLength: 4 })
      .map(parts => parts.map(([part, times]) => (/^[\^$]$/.test(part) ? part : part + times)).join('')),
    part: fc.oneof(
      { maxDepth: 2 },
      atom,
      atom,
      fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => `(${left}|${right})`),
      tie('expression').map(inside => `(?:${inside})`),
    ),
  }))
  const expression = anyExpression.filter(isQuick)

  it('agrees with RegExp', () => {
    fc.assert(
      fc.property(keys, expression, fc.boolean(), (all, text, isCaseSensitive) => {
        const reference = new RegExp(text, isCaseSensitive ? '' : 'i')
        expect(find('regex', text, all, isCaseSensitive)).toEqual(expected(all, one => reference.test(one)))
      }),
      { numRuns: 3000 },
    )
  })

  it('finds the same keys if it has to discard states', () => {
    fc.assert(
      fc.property(keys, expression, (all, text) => {
        const sorted = [...all].sort(Key.compare)
        const small = new LazyDfa(nfaOf(regexPattern(text, false)), 4)
        expect(matchesOf(small, sorted)).toEqual(expected(all, one => new RegExp(text).test(one)))
      }),
      { numRuns: 500 },
    )
  })

  it('Q11 takes linear time for expressions that take RegExp exponential time', () => {
    const all = Array.from({ length: 200 }, (_, index) =>
      Key.of(`${String(index).repeat(20)}${'e'.repeat(40)}`),
    )
    const began = performance.now()
    expect(find('regex', '(\\d+)+(e+)+!$', all)).toEqual([])
    expect(find('regex', '(.*a){20}b', all)).toEqual([])
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('Q11 supports constructs beyond states as far as they take linear time', () => {
    const all = keysOf('/cat/dog', '/concat', '/Ωmega', '/x')
    expect(find('regex', '\\bcat\\b', all)).toEqual(['/cat/dog'])
    expect(find('regex', '\\p{Greek}', all)).toEqual(['/Ωmega'])
    expect(() => find('regex', '(?=a)', all)).toThrow(/linear time/)
    expect(() => find('regex', '(a)\\1', all)).toThrow(TypeError)
  })

  it('rejects an expression that is invalid or too large', () => {
    expect(() => find('regex', '(', keysOf('/a'))).toThrow(TypeError)
    expect(() => find('regex', '[b-a]', keysOf('/a'))).toThrow(TypeError)
    expect(() => find('regex', '((a{100}){100}){100}', keysOf('/a'))).toThrow(TypeError)
  })
})

describe('glob', () => {
  const all = keysOf('/a', '/a/b.json', '/a/c/d.json', '/a/c/d.txt', '/b.json', '/x/a/b.json', '/a/B.JSON')

  it.each([
    ['*.json', ['/a/B.JSON', '/a/b.json', '/a/c/d.json', '/b.json', '/x/a/b.json']],
    ['/*.json', ['/b.json']],
    ['/a/*', ['/a/B.JSON', '/a/b.json']],
    ['a/*.json', ['/a/B.JSON', '/a/b.json', '/x/a/b.json']],
    ['/a/**', ['/a/B.JSON', '/a/b.json', '/a/c/d.json', '/a/c/d.txt']],
    ['/**/d.*', ['/a/c/d.json', '/a/c/d.txt']],
    ['/a/**/b.json', ['/a/B.JSON', '/a/b.json']],
    ['**/b.json', ['/a/B.JSON', '/a/b.json', '/b.json', '/x/a/b.json']],
    ['/?', ['/a']],
    ['/[a-c]', ['/a']],
    ['/[!a]*', ['/b.json']],
    ['*.{txt,htm*}', ['/a/c/d.txt']],
    ['/a/c/d{.txt,}', ['/a/c/d.txt']],
    ['\\*.json', []],
  ])('%s', (glob, found) => {
    expect(find('glob', glob, all)).toEqual(found)
  })

  it('respects case on request', () => {
    expect(find('glob', '*.JSON', all, true)).toEqual(['/a/B.JSON'])
  })

  it('rejects an incomplete pattern', () => {
    expect(() => find('glob', '[ab', all)).toThrow(TypeError)
    expect(() => find('glob', 'a{b', all)).toThrow(TypeError)
  })
})
