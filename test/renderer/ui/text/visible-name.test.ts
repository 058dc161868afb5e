import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { visibleName } from '../../../../src/renderer/ui/text/visible-name.ts'

const text = (name: string) =>
  visibleName(name)
    .map(part => (part.isSign ? `[${part.text}]` : part.text))
    .join('')

describe('visibleName()', () => {
  it('shows plain text unchanged', () => {
    expect(visibleName('plain name.txt')).toEqual([{ text: 'plain name.txt', isSign: false, at: 0 }])
    expect(text('مرحبا')).toBe('مرحبا')
    expect(text('👩‍👩‍👧')).toBe('👩‍👩‍👧')
  })

  it('shows invisible characters as signs', () => {
    expect(text('a\nb')).toBe('a[\\n]b')
    expect(text('a\tb\u0000')).toBe('a[\\t]b[U+0000]')
    expect(text('\u007f\u0085')).toBe('[U+007F][U+0085]')
    expect(text('x\u202egnp.exe')).toBe('x[U+202E]gnp.exe')
    expect(text('a\u200bb\ufeff')).toBe('a[U+200B]b[U+FEFF]')
  })

  it('shows spaces at the ends as signs, but not those between words', () => {
    expect(text('  a b ')).toBe('[··]a b[·]')
  })

  it('W34 distinguishes a name in decomposed form from the composed one that looks the same', () => {
    expect(text('\u00e9t\u00e9.txt')).toBe('\u00e9t\u00e9.txt')
    expect(text('e\u0301te\u0301.txt')).toBe('e\u0301te\u0301[NFD].txt')
    expect(text('a/\u1112\u1161\u11ab/b')).toBe('a/\u1112\u1161\u11ab[NFD]/b')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), name => {
        fc.pre(name.normalize('NFD') !== name.normalize('NFC'))
        expect(text(name.normalize('NFD'))).not.toBe(text(name.normalize('NFC')))
      }),
    )
  })

  it('W35 draws the start and the end of a long name, and splits no character', () => {
    const name = `/${'😀'.repeat(10_000)}.json`
    const parts = visibleName(name)
    expect(parts[1]).toEqual({ text: '…', isSign: true, at: 299 })
    expect(parts.at(-1)?.text.endsWith('.json')).toBe(true)
    expect(name.startsWith(parts.at(-1)?.text ?? '?', parts.at(-1)?.at)).toBe(true)
    expect(parts.map(part => part.text).join('').length).toBeLessThan(500)
    for (const part of parts) expect(part.text).not.toMatch(/\p{Surrogate}/u)
  })

  it('draws no control characters and no bidirectional controls', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), name => {
        const drawn = visibleName(name)
          .map(part => part.text)
          .join('')
        expect(drawn).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/u)
      }),
    )
  })
})
