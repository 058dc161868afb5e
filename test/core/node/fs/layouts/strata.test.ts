import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { segmentProblem } from '../../../../../src/core/key.ts'
import {
  decodeName,
  encodeSegment,
  isLongName,
  LABEL_SUFFIX,
  VALUE_SUFFIX,
} from '../../../../../src/core/node/fs/strata-layout.ts'
import { hostileSegments } from '../../../../../src/testkit/samples.ts'

/** Text that often consists of characters that are special in names. */
const segment = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    fc.constantFrom(...hostileSegments),
    fc
      .array(
        fc.constantFrom(
          '.',
          ' ',
          'val',
          '.val',
          '.name',
          '%',
          '%-',
          '^',
          'A',
          'a',
          'con',
          'é',
          'e\u0301',
          '~1',
          'ß',
        ),
        {
          minLength: 1,
          maxLength: 6,
        },
      )
      .map(parts => parts.join('')),
    fc.string({ unit: 'grapheme', minLength: 60, maxLength: 400 }),
  )
  .filter(text => segmentProblem(text) === undefined)

/** Pairs that are equal on some disks, and unrelated ones. */
const pair = fc.oneof(
  fc.tuple(segment, segment),
  segment.map(text => [text, text.toLowerCase()] as const),
  segment.map(text => [text, text.toUpperCase()] as const),
  segment.map(text => [text, text.normalize('NFD')] as const),
  segment.map(text => [text.normalize('NFC'), text.normalize('NFKD')] as const),
  segment.map(text => [text, `${text}.`] as const),
  segment.map(text => [text, `${text} `] as const),
  segment.map(text => [text, text + VALUE_SUFFIX] as const),
)

/** All names of a segment on disk: its value, its folder and its label. */
function namesOf(text: string): readonly string[] {
  const name = encodeSegment(text)
  return [name + VALUE_SUFFIX, name, ...(isLongName(name) ? [name + LABEL_SUFFIX] : [])]
}

/** How case-insensitive disks fold names: macOS folds case and normalizes, Windows folds case. */
const folds: readonly ((name: string) => string)[] = [
  name => name.toLowerCase(),
  name => name.toUpperCase(),
  name => name.normalize('NFC').toLowerCase(),
  name => name.normalize('NFKD').toUpperCase(),
]

describe('encodeSegment', () => {
  it('F2 leaves plain names unchanged', () => {
    for (const name of ['a', 'user-1', 'a.json', 'file_name.tar.gz', 'x@y', '0'])
      expect(encodeSegment(name)).toBe(name)
  })

  it.each([
    ['README', '^r^e^a^d^m^e'],
    ['a:b', 'a%3ab'],
    ['.hidden', '%2ehidden'],
    ['trailing.', 'trailing%2e'],
    [' padded ', '%20padded%20'],
    ['in between', 'in between'],
    ['con', '%63on'],
    ['nul.txt', '%6eul.txt'],
    ['com1', '%63om1'],
    ['COM1', '^c^o^m1'],
    ['a.val', 'a%2eval'],
    ['100%', '100%25'],
    ['é', '%c3%a9'],
    ['longfi~1', 'longfi%7e1'],
    ['nul\0inside', 'nul%00inside'],
  ])('F2 %j is encoded as %j', (text, name) => {
    expect(encodeSegment(text)).toBe(name)
    expect(decodeName(name)).toBe(text)
  })

  it('F2 is inverted by decodeName(), except for long names, which differ by their hash', () => {
    fc.assert(
      fc.property(segment, text => {
        const name = encodeSegment(text)
        expect(decodeName(name)).toBe(isLongName(name) ? undefined : text)
      }),
      { numRuns: 1000 },
    )
  })

  it('F2 returns only names that are valid on Linux, macOS and Windows', () => {
    fc.assert(
      fc.property(segment, text => {
        for (const name of namesOf(text)) {
          expect(name).toMatch(/^[a-z0-9 _.,=+@#()[\]{}!$&';^%-]+$/)
          expect(name).not.toMatch(/^[ .]|[ .]$/)
          expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$|clock\$) *(\.|$)/)
          expect(name.length).toBeLessThanOrEqual(205)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('F2 two segments never share a name, on any case-insensitive disk', () => {
    fc.assert(
      fc.property(pair, ([left, right]) => {
        if (left === right || [left, right].some(text => segmentProblem(text) !== undefined)) return
        for (const fold of folds) {
          const taken = new Set(namesOf(left).map(fold))
          for (const name of namesOf(right)) expect(taken.has(fold(name)), name).toBe(false)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('F2 a value, the folder below it and its label have different names', () => {
    fc.assert(
      fc.property(segment, text => {
        const names = namesOf(text)
        expect(new Set(names).size).toBe(names.length)
      }),
    )
  })

  it('F2 a long segment keeps a readable beginning, and no escape is split', () => {
    const long = encodeSegment(`notes ${'É'.repeat(300)}`)
    expect(long).toMatch(/^notes (%c3%89)+%-[0-9a-f]{40}$/)
    expect(long.length).toBeLessThanOrEqual(200)
    expect(encodeSegment('x'.repeat(200))).toBe('x'.repeat(200))
    expect(isLongName(encodeSegment('x'.repeat(201)))).toBe(true)
  })
})

describe('decodeName', () => {
  it.each([
    'A',
    'é',
    '%2',
    '%zz',
    '%2E',
    '%41',
    '^',
    '^A',
    '%2f',
    '%2e',
    '%2e%2e',
    '',
    'con',
    'a.val',
    '.x',
    '%ff',
    '%ed%a0%80',
    'a~1',
    'x'.repeat(201),
  ])('F2 %j is not the name of a segment', name => {
    expect(decodeName(name)).toBeUndefined()
  })

  it('F2 names that it decodes are encoded unchanged', () => {
    const name = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc
        .array(fc.constantFrom('%', '^', 'a', '2', 'e', '.', 'c3', 'a9', ' ', '-'))
        .map(parts => parts.join('')),
    )
    fc.assert(
      fc.property(name, text => {
        const read = decodeName(text)
        if (read !== undefined) expect(encodeSegment(read)).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })
})
